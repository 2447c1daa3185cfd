import {
  type AriaLabelConfig,
  ConnectionMode,
  MiniMap,
  type Node,
  ReactFlow,
  type ReactFlowProps,
  SelectionMode,
} from "@xyflow/react";
import { type DragEvent, type FocusEvent, useCallback, useEffect } from "react";

import { _ } from "@/gettext";

import { NOTE_NODE, STEP_NODE } from "../graph/drawn";
import { move } from "../graph/changes";
import { GRID } from "../graph/model";
import { graphOf, useEditor } from "../store/editor";
import { setFlow } from "../store/flow";
import { CanvasEdge } from "./CanvasEdge";
import { CanvasNode } from "./CanvasNode";
import { ConnectionLine, ConnectionWatch } from "./ConnectionLine";
import { NotePaper } from "./NotePaper";
import { dropOffer, OFFER_FORMAT } from "./offerDrag";
import { useConnecting } from "./useConnecting";
import { placesOf, useDrawing } from "./useDrawing";
import { useMayEdit, useNarrow } from "./useMayEdit";
import { ZoomBar } from "./ZoomBar";

const NODE_TYPES = { [STEP_NODE]: CanvasNode, [NOTE_NODE]: NotePaper };
const EDGE_TYPES = { flow: CanvasEdge };
const WORDS: Partial<AriaLabelConfig> = {
  "minimap.ariaLabel": _("Map of the drawing"),
  "handle.ariaLabel": _("Port"),
  "edge.a11yDescription.default": "", // edges take no focus
  "node.a11yDescription.default": _("Arrow keys follow edges. Enter opens the details."),
};

/** How the drawing behaves, whoever looks at it. The keys are ours: see `useKeyboard`. */
const BEHAVIOUR = {
  connectionMode: ConnectionMode.Strict,
  connectionLineComponent: ConnectionLine,
  connectionRadius: 24,
  edgesFocusable: false,
  deleteKeyCode: null,
  disableKeyboardA11y: true,
  selectionMode: SelectionMode.Partial,
  multiSelectionKeyCode: ["Control", "Meta", "Shift"],
  snapToGrid: true,
  snapGrid: [GRID, GRID],
  panOnDrag: true,
  zoomOnDoubleClick: false,
  minZoom: 0.2,
  maxZoom: 2,
  fitView: true,
  fitViewOptions: { padding: 0.15, maxZoom: 1 },
  ariaLabelConfig: WORDS,
} satisfies ReactFlowProps;

/** The drawing: nodes, edges and notes on a board that pans and zooms. */
export function Drawing() {
  const { nodes, onNodesChange, edges, onEdgesChange } = useDrawing();
  const mayEdit = useMayEdit();
  const narrow = useNarrow();
  const connecting = useConnecting();
  useEffect(() => () => setFlow(null), []);
  const onDragStop = useCallback((_: unknown, __: unknown, dragged: Node[]) => keep(dragged), []);
  const onSelectionDragStop = useCallback((_: unknown, dragged: Node[]) => keep(dragged), []);
  return (
    <ReactFlow
      {...BEHAVIOUR}
      aria-label={_("Drawing of the workflow")}
      role="application"
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      onNodesChange={onNodesChange}
      onEdgesChange={onEdgesChange}
      onInit={setFlow}
      onNodeDragStop={onDragStop}
      onSelectionDragStop={onSelectionDragStop}
      onFocus={chooseFocused}
      {...(mayEdit ? { ...connecting, onDrop: dropOffer, onDragOver: allowOffer } : {})}
      nodesDraggable={mayEdit}
      nodesConnectable={mayEdit}
      preventScrolling={!narrow}
      attributionPosition={narrow ? "bottom-right" : "bottom-center"}
    >
      {nodes.length ? <SmallMap /> : null}
      <ZoomBar />
      <ConnectionWatch />
    </ReactFlow>
  );
}

function SmallMap() {
  return (
    <MiniMap
      className="o-minimap"
      nodeClassName={mapClass}
      nodeBorderRadius={8}
      maskStrokeWidth={2}
      style={MAP_SIZE}
      pannable
      zoomable
    />
  );
}

const MAP_SIZE = { width: 160, height: 96 };
const mapClass = (node: Node) => (node.selected ? "m-chosen" : "m-node");

/** A drag is one step of the history. */
function keep(dragged: readonly Node[]): void {
  const { change } = useEditor.getState();
  const places = placesOf(graphOf(useEditor.getState()), dragged);
  if (places) change((graph) => move(graph, places));
}

/** The Tab key chooses the node that it goes to. */
function chooseFocused({ target }: FocusEvent): void {
  if (!target.matches(".react-flow__node:focus-visible")) return;
  const id = target.getAttribute("data-id") ?? "";
  const { selection, select } = useEditor.getState();
  if (selection.nodes.has(id) || selection.notes.has(id)) return;
  const isStep = target.classList.contains(`react-flow__node-${STEP_NODE}`);
  select(isStep ? { nodes: new Set([id]) } : { notes: new Set([id]) });
}

function allowOffer(event: DragEvent): void {
  if (!event.dataTransfer.types.includes(OFFER_FORMAT)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
}

import { type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo, type MouseEvent } from "react";

import { useRun } from "@/features/runs/store";
import { _ } from "@/gettext";

import { typeOf } from "../componentTypes";
import { indexOf } from "../graph/lookup";
import type { GraphEdge } from "../graph/model";
import { portsOf } from "../graph/ports";
import { edgeMark, runsByNode } from "../graph/runLook";
import { edgeInWords } from "../graph/words";
import { type Editor, graphOf, useEditor } from "../store/editor";
import { usePopups } from "../store/popups";
import { useMayEdit } from "./useMayEdit";

/** One edge: a line, dashed for a tool; the name of the branch on it; "+" in its middle. */
export const CanvasEdge = memo(function CanvasEdge(props: EdgeProps) {
  const { id, data, selected } = props;
  const edge = (data as { edge: GraphEdge }).edge;
  const [path, x, y] = getBezierPath(props);
  const chosen = useEditor((state) => selected || touchesChosen(state, edge));
  const branch = useEditor((state) => branchName(state, edge));
  const title = useEditor((state) => edgeInWords(graphOf(state), edge, "Connected"));
  const mark = useRun(({ execution }) => execution && edgeMark(edge, runsByNode(execution)));
  const mayEdit = useMayEdit();
  const classes = ["o-edge"];
  if (edge.kind === "tool") classes.push("o-edge--tool");
  if (mark) classes.push(`o-edge--${mark}`);
  else if (chosen) classes.push("o-edge--chosen");
  return (
    <>
      <path className={classes.join(" ")} d={path}>
        <title>{title}</title>
      </path>
      <path className="react-flow__edge-interaction o-edge-reach" d={path} strokeWidth={20} />
      {branch ? <BranchName name={branch} x={x} y={y} /> : null}
      {mayEdit && edge.kind === "flow" ? <AddHere id={id} x={x} y={y + (branch ? 22 : 0)} /> : null}
    </>
  );
});

function BranchName({ name, x, y }: { name: string; x: number; y: number }) {
  const width = name.length * 6.2 + 14;
  return (
    <g aria-hidden="true">
      <rect className="o-edge-label" x={x - width / 2} y={y - 9} width={width} height={18} rx={5} />
      <text x={x} y={y + 4} textAnchor="middle">
        {name}
      </text>
    </g>
  );
}

/** For the pointer; by keyboard: select the edge in the list, then "/". */
function AddHere({ id, x, y }: { id: string; x: number; y: number }) {
  const open = (event: MouseEvent) => {
    event.stopPropagation();
    const at = { x: event.clientX, y: event.clientY };
    usePopups.getState().openPalette({ kind: "edge", key: id }, at);
  };
  return (
    <g className="o-edge-add nopan" transform={`translate(${x} ${y})`} onClick={open}>
      <title>{_("Add a node here")}</title>
      <circle r={10} />
      <path d="M-4 0h8M0-4v8" />
    </g>
  );
}

/** Whether the edge begins or ends at the one selected node. */
function touchesChosen({ selection: { nodes } }: Editor, edge: GraphEdge): boolean {
  return edge.kind === "flow" && nodes.size === 1 && (nodes.has(edge.source) || nodes.has(edge.target));
}

/** The name of the branch, where its node has more than one. */
function branchName(state: Editor, edge: GraphEdge): string {
  if (edge.kind === "tool") return "";
  const source = indexOf(graphOf(state)).byId.get(edge.source);
  if (!source) return "";
  const ports = portsOf(source, typeOf(source.component_type));
  return ports.length > 1 || !ports.includes(edge.source_port) ? edge.source_port : "";
}

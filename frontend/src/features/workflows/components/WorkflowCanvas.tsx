import { Background, type Edge, MiniMap, type Node, ReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { useMemo } from "react";

import { edgeKey, GRID } from "../graph/model";
import { graphOf, useEditor } from "../store/editor";
import { CanvasNode } from "./CanvasNode";

export { COMPONENT_COLORS, COMPONENT_ICONS, isTool } from "../componentTypes";

const NODE_TYPES = { step: CanvasNode };

/** The drawing: nodes, edges and notes on a board. */
export function WorkflowCanvas() {
  const graph = useEditor(graphOf);
  const chosen = useEditor((state) => state.selection.nodes);
  const nodes = useMemo<Node[]>(
    () =>
      graph.nodes.map((node) => ({
        id: node.node_id,
        type: "step",
        position: node.position,
        selected: chosen.has(node.node_id),
        data: {},
      })),
    [graph.nodes, chosen],
  );
  const edges = useMemo<Edge[]>(
    () =>
      graph.edges.map((edge) => ({
        id: edgeKey(edge),
        source: edge.source,
        target: edge.target,
        sourceHandle: edge.kind === "tool" ? "tool" : edge.source_port,
        targetHandle: edge.kind === "tool" ? "tools" : "in",
      })),
    [graph.edges],
  );
  return (
    <div className="o-board" role="application" aria-label="Drawing of the workflow">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        onNodeClick={(_, node) => useEditor.getState().select({ nodes: new Set([node.id]) })}
        snapToGrid
        snapGrid={[GRID, GRID]}
        fitView
      >
        <Background gap={GRID} />
        <MiniMap />
      </ReactFlow>
    </div>
  );
}

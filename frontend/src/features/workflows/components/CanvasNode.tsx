import type { NodeProps } from "@xyflow/react";
import { memo } from "react";

import { NodeState } from "@/features/runs/NodeState";
import { nodeRunOf, useRun } from "@/features/runs/store";
import { TriggerFoot } from "@/features/schedules/TriggerFoot";
import { _ } from "@/gettext";
import { Tile } from "@/ui/Tile";

import { typeOf } from "../componentTypes";
import { indexOf, isAttached } from "../graph/lookup";
import { type GraphNode, nameOf } from "../graph/model";
import { nodeMark } from "../graph/runLook";
import { summaryOf } from "../graph/summary";
import { graphOf, useEditor } from "../store/editor";
import { NodePorts } from "./NodePorts";

/** One node of the drawing: icon, name, a line about its configuration, its ports. */
export const CanvasNode = memo(function CanvasNode({ id, selected }: NodeProps) {
  const node = useEditor((state) => indexOf(graphOf(state)).byId.get(id));
  const attached = useEditor((state) => isAttached(graphOf(state), id));
  const problem = useEditor((state) => problemOf(state.placed, id));
  const mark = useRun((state) => (state.execution ? nodeMark(nodeRunOf(state, id)) : null));
  if (!node) return null;
  const classes = ["o-node"];
  if (attached) classes.push("o-node--tool");
  if (mark && !attached) classes.push(`o-node--${mark}`);
  if (!mark && problem) classes.push("o-node--bad");
  if (!node.is_active && !mark) classes.push("o-node--off");
  if (selected) classes.push("o-node--chosen");
  return (
    <div className={classes.join(" ")}>
      <NodeFace node={node} attached={attached} problem={problem} />
      <NodePorts node={node} />
    </div>
  );
});

function NodeFace(props: { node: GraphNode; attached: boolean; problem: string }) {
  const { node, attached, problem } = props;
  const type = typeOf(node.component_type);
  const remark = problem || (type ? "" : _("This site does not have this component."));
  return (
    <>
      <Tile type={node.component_type} small={attached} />
      <span className="o-node__name" title={nameOf(node)}>
        {nameOf(node)}
      </span>
      {remark ? <Remark text={remark} /> : <NodeState nodeId={node.node_id} />}
      {attached ? null : <span className="o-node__sub">{summaryOf(node, type)}</span>}
      {node.component_type === "trigger_schedule" ? <TriggerFoot nodeId={node.node_id} /> : null}
    </>
  );
}

/** What is wrong with a node: a mark, with the words on hover and for screen readers. */
function Remark({ text }: { text: string }) {
  return (
    <span className="o-state is-bad" title={text}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <use href="#s-failing" />
      </svg>
      <span className="o-sr">{text}</span>
    </span>
  );
}

function problemOf(
  placed: readonly { nodeId: string | null; messages: readonly string[] }[],
  nodeId: string,
): string {
  return placed
    .filter((problem) => problem.nodeId === nodeId)
    .flatMap((problem) => problem.messages)
    .join(" ");
}

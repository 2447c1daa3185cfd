import { Handle, type NodeProps, Position } from "@xyflow/react";

import { NodeState } from "@/features/runs/NodeState";
import { TriggerFoot } from "@/features/schedules/TriggerFoot";
import { Tile } from "@/ui/Tile";

import { typeOf } from "../componentTypes";
import { nameOf, nodeOf } from "../graph/model";
import { portsOf } from "../graph/ports";
import { graphOf, useEditor } from "../store/editor";

/** One node of the drawing: icon, name, a line about its configuration, its ports. */
export function CanvasNode({ id, selected }: NodeProps) {
  const node = useEditor((state) => nodeOf(graphOf(state), id));
  if (!node) return null;
  const type = typeOf(node.component_type);
  return (
    <div className={selected ? "o-node o-node--chosen" : "o-node"}>
      <Tile type={node.component_type} />
      <span className="o-node__name">{nameOf(node)}</span>
      <span className="o-node__sub">{type?.label ?? node.component_type}</span>
      <NodeState nodeId={id} />
      {node.component_type === "trigger_schedule" ? <TriggerFoot nodeId={id} /> : null}
      {type?.kind === "trigger" ? null : <Handle type="target" id="in" position={Position.Top} />}
      {portsOf(node, type).map((port) => (
        <Handle key={port} type="source" id={port} position={Position.Bottom} />
      ))}
    </div>
  );
}

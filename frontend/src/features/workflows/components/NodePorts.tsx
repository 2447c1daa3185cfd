import { Handle, Position, useUpdateNodeInternals } from "@xyflow/react";
import { type CSSProperties, type MouseEvent, useEffect, useRef } from "react";

import { _ } from "@/gettext";
import { Icon } from "@/ui/Icon";

import { typeOf } from "../componentTypes";
import type { Spot } from "../graph/insert";
import { indexOf, isAttached, isStep } from "../graph/lookup";
import { type GraphNode, nameOf } from "../graph/model";
import { drawnPorts } from "../graph/ports";
import { IN, TOOL_PORT, TOOLS_PORT } from "../graph/proposal";
import { graphOf, useEditor } from "../store/editor";
import { usePopups } from "../store/popups";
import { useMayEdit } from "./useMayEdit";

/** Where edges begin and end: circles for the flow, diamonds for tools. */
export function NodePorts({ node }: { node: GraphNode }) {
  const id = node.node_id;
  const type = typeOf(node.component_type);
  const attached = useEditor((state) => isAttached(graphOf(state), id));
  const step = useEditor((state) => isStep(graphOf(state), id));
  const ports = useEditor((state) => drawnPorts(graphOf(state), node, type).join(" "));
  useMeasuredAgain(id, `${attached} ${step} ${ports}`);
  return (
    <>
      {attached || type?.kind === "trigger" ? null : (
        <Handle type="target" id={IN} position={Position.Top} className="o-handle" />
      )}
      {attached || (type?.can_be_tool && !step) ? (
        <Handle
          type="source"
          id={TOOL_PORT}
          position={Position.Left}
          className="o-handle o-handle--tool"
        />
      ) : null}
      {type?.takes_tools ? <AgentPort node={node} /> : null}
      {attached ? null : <FlowPorts node={node} ports={ports.split(" ")} />}
    </>
  );
}

/** Have React Flow look where the ports are now. At first it does so by itself. */
function useMeasuredAgain(id: string, ports: string): void {
  const update = useUpdateNodeInternals();
  const known = useRef(ports);
  useEffect(() => {
    if (known.current === ports) return;
    known.current = ports;
    update(id);
  }, [update, id, ports]);
}

function AgentPort({ node }: { node: GraphNode }) {
  const mayEdit = useMayEdit();
  return (
    <>
      <Handle
        type="target"
        id={TOOLS_PORT}
        position={Position.Right}
        className="o-handle o-handle--tool"
      />
      {mayEdit ? (
        <Plus
          spot={{ kind: "tool", agentId: node.node_id }}
          label={_("Add a tool to %(node)s", { node: nameOf(node) })}
          className="o-plus--tool"
        />
      ) : null}
    </>
  );
}

function FlowPorts({ node, ports }: { node: GraphNode; ports: readonly string[] }) {
  const mayEdit = useMayEdit();
  const taken = useEditor((state) =>
    (indexOf(graphOf(state)).outgoing.get(node.node_id) ?? [])
      .map((edge) => edge.source_port)
      .join(" "),
  ).split(" ");
  return ports.map((port, place) => {
    const left = { left: `${portPlace(place, ports.length)}%` };
    const isBranch = ports.length > 1;
    const after = { node: nameOf(node), port };
    return (
      <span key={port}>
        <Handle
          type="source"
          id={port}
          position={Position.Bottom}
          className="o-handle o-handle--out"
          title={ports.length > 1 ? port : undefined}
          style={left}
        />
        {ports.length > 1 && !taken.includes(port) ? (
          <span className="o-port-name" aria-hidden="true" style={left}>
            {port}
          </span>
        ) : null}
        {mayEdit && !taken.includes(port) ? (
          <Plus
            spot={{ kind: "port", nodeId: node.node_id, port }}
            label={
              isBranch
                ? _("Add a node after %(node)s (%(port)s)", after)
                : _("Add a node after %(node)s", after)
            }
            className={isBranch ? "o-plus--branch" : ""}
            style={left}
          />
        ) : null}
      </span>
    );
  });
}

/** How far from the left a port stands, in percent: two at 30 and 70, more over the width. */
function portPlace(place: number, count: number): number {
  if (count === 1) return 50;
  const gap = Math.min(40, 80 / (count - 1));
  return 50 + (place - (count - 1) / 2) * gap;
}

interface PlusProps {
  spot: Spot;
  label: string;
  className?: string;
  style?: CSSProperties;
}

/** Opens the small palette. By keyboard: "/" while the node is selected. */
function Plus({ spot, label, className = "", style }: PlusProps) {
  const open = (event: MouseEvent) => {
    event.stopPropagation();
    usePopups.getState().openPalette(spot, { x: event.clientX, y: event.clientY });
  };
  return (
    <button
      type="button"
      className={`o-plus nodrag nopan ${className}`}
      style={style}
      tabIndex={-1}
      aria-label={label}
      title={label}
      onClick={open}
    >
      <Icon name="plus" small />
    </button>
  );
}

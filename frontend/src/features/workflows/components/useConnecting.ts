import type {
  Connection,
  Edge,
  FinalConnectionState,
  Node,
  OnConnectStartParams,
} from "@xyflow/react";
import { type MouseEvent as ReactMouseEvent, useMemo } from "react";

import { typeOf } from "../componentTypes";
import { refusal } from "../graph/connect";
import type { GraphEdge } from "../graph/model";
import { isAttached } from "../graph/lookup";
import { IN, type PortEnd, proposal, TOOL_PORT, TOOLS_PORT } from "../graph/proposal";
import { graphOf, useEditor } from "../store/editor";
import { usePopups } from "../store/popups";
import { connect } from "../store/verbs";
import { useView } from "../store/view";

const graph = () => graphOf(useEditor.getState());

/** The edge that a connection of React Flow means. */
function edgeOf(connection: Connection | Edge): GraphEdge | null {
  const from = { nodeId: connection.source, port: connection.sourceHandle ?? null };
  const onto = { nodeId: connection.target, port: connection.targetHandle ?? null };
  return proposal(graph(), from, onto, false, typeOf);
}

/** What React Flow needs so that edges are pulled by our rules. */
export function useConnecting() {
  return useMemo(
    () => ({
      onConnect: (connection: Connection) => {
        const edge = edgeOf(connection);
        if (edge) connect(edge);
      },
      isValidConnection: (connection: Connection | Edge) => {
        const edge = edgeOf(connection);
        return edge !== null && refusal(graph(), edge, typeOf) === null;
      },
      onConnectStart: (_: unknown, __: OnConnectStartParams) => usePopups.getState().close(),
      onConnectEnd,
      onNodeMouseEnter: (_: ReactMouseEvent, node: Node) => usePopups.getState().setOver(node.id),
      onNodeMouseLeave: () => usePopups.getState().setOver(null),
    }),
    [],
  );
}

/** The pull ended beside a port: on a node, connect to it; on the board, offer what to add. */
function onConnectEnd(event: MouseEvent | TouchEvent, state: FinalConnectionState): void {
  useView.getState().clearHint();
  if (state.isValid || !state.fromNode || !state.fromHandle) return;
  const from = { nodeId: state.fromNode.id, port: state.fromHandle.id ?? null };
  const backwards = state.fromHandle.type === "target";
  const at = pointOf(event);
  const over = elementAt(at)?.closest(".react-flow__node")?.getAttribute("data-id");
  const onto = state.toNode && state.toHandle
    ? { nodeId: state.toNode.id, port: state.toHandle.id ?? null }
    : over
      ? { nodeId: over, port: null }
      : null;
  if (onto) pullOnto(from, onto, backwards);
  else if (elementAt(at)?.closest(".react-flow__pane")) offerAt(from, at);
}

function pullOnto(from: PortEnd, onto: PortEnd, backwards: boolean): void {
  const edge = from.nodeId === onto.nodeId ? null : proposal(graph(), from, onto, backwards, typeOf);
  if (edge) connect(edge);
}

function offerAt({ nodeId, port }: PortEnd, at: { x: number; y: number }): void {
  const { openPalette } = usePopups.getState();
  if (port === TOOLS_PORT) openPalette({ kind: "tool", agentId: nodeId }, at);
  else if (port && port !== IN && port !== TOOL_PORT && !isAttached(graph(), nodeId)) {
    openPalette({ kind: "port", nodeId, port }, at);
  }
}

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } {
  const point = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: point?.clientX ?? 0, y: point?.clientY ?? 0 };
}

const elementAt = ({ x, y }: { x: number; y: number }) => document.elementFromPoint(x, y);

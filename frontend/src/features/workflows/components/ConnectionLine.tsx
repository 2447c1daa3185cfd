import { type ConnectionLineComponentProps, getBezierPath, useConnection } from "@xyflow/react";
import { useEffect } from "react";

import { _ } from "@/gettext";

import { typeOf } from "../componentTypes";
import { refusal } from "../graph/connect";
import { proposal } from "../graph/proposal";
import { graphOf, useEditor } from "../store/editor";
import { usePopups } from "../store/popups";
import { useView } from "../store/view";

/** The edge while it is being pulled: dotted red, with a ring at its end, where it is refused. */
export function ConnectionLine(props: ConnectionLineComponentProps) {
  const { fromX, fromY, toX, toY, fromPosition, toPosition, fromHandle } = props;
  const refused = useView((state) => state.hint?.tone === "bad");
  const [path] = getBezierPath({
    sourceX: fromX,
    sourceY: fromY,
    sourcePosition: fromPosition,
    targetX: toX,
    targetY: toY,
    targetPosition: toPosition,
  });
  const tool = fromHandle.id?.startsWith("@") ? " o-edge--tool" : "";
  return (
    <g>
      <path className={refused ? "o-edge o-edge--refused" : `o-edge${tool}`} d={path} />
      {refused ? <circle className="o-port o-port--refused" cx={toX} cy={toY} r={7} /> : null}
    </g>
  );
}

/** Says why the node or port under the pointer is refused while an edge is being pulled. */
export function ConnectionWatch() {
  const pull = useConnection((connection) =>
    connection.inProgress
      ? JSON.stringify([
          connection.fromNode.id,
          connection.fromHandle.id ?? null,
          connection.fromHandle.type,
          connection.toHandle ? connection.toHandle.nodeId : null,
          connection.toHandle?.id ?? null,
        ])
      : null,
  );
  const over = usePopups((state) => state.over);
  useEffect(() => {
    if (pull === null) return;
    const reason = reasonOf(pull, over);
    if (reason) useView.getState().showHint(_("Can't connect. %(reason)s", { reason }));
    else useView.getState().clearHint();
  }, [pull, over]);
  return null;
}

function reasonOf(pull: string, over: string | null): string | null {
  const [fromId, fromPort, type, toId, toPort] = JSON.parse(pull) as (string | null)[];
  const onto = toId ? { nodeId: toId, port: toPort ?? null } : over && { nodeId: over, port: null };
  if (!fromId || !onto || (fromId === onto.nodeId && onto.port === null)) return null;
  if (fromId === onto.nodeId && fromPort === onto.port) return null;
  const graph = graphOf(useEditor.getState());
  const from = { nodeId: fromId, port: fromPort ?? null };
  const edge = proposal(graph, from, onto, type === "target", typeOf);
  return edge && refusal(graph, edge, typeOf);
}

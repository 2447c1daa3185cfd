import { useState } from "react";

import { _ } from "@/gettext";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Tile } from "@/ui/Tile";

import { typeOf } from "../componentTypes";
import { refusal } from "../graph/connect";
import { openPort } from "../graph/insert";
import { edgeKey, type Graph, type GraphNode, nameOf, nodeOf } from "../graph/model";
import { portsOf } from "../graph/ports";
import { type Target, targets } from "../graph/proposal";
import { graphOf, useEditor } from "../store/editor";
import { focusNode } from "../store/flow";
import { usePopups } from "../store/popups";
import { connect, disconnect } from "../store/verbs";
import { SearchField } from "./SearchField";

/** "Connect to…": what a node can be connected to, and why it cannot to the others. */
export function ConnectDialog() {
  const nodeId = usePopups((state) => state.connecting);
  const node = useEditor((state) => (nodeId ? nodeOf(graphOf(state), nodeId) : undefined));
  return node ? <Connections key={node.node_id} node={node} /> : null;
}

function Connections({ node }: { node: GraphNode }) {
  const graph = useEditor(graphOf);
  const [query, setQuery] = useState("");
  const [port, setPort] = useState(() => openPort(graph, node, typeOf));
  const close = () => {
    usePopups.getState().close();
    focusNode(node.node_id);
  };
  const all = targets(graph, node.node_id, port, typeOf).filter((target) =>
    nameOfTarget(graph, target).toLowerCase().includes(query.trim().toLowerCase()),
  );
  const rows = all.map((target) => ({ target, reason: reasonOf(graph, target) }));
  rows.sort((a, b) => Number(a.reason !== null) - Number(b.reason !== null));
  return (
    <Dialog
      title={_("Connect “%(node)s” to…", { node: nameOf(node) })}
      onClose={close}
      actions={<Button onClick={close}>{_("Close")}</Button>}
    >
      <PortChoice node={node} port={port} onChange={setPort} />
      {graph.nodes.length > 8 ? (
        <SearchField value={query} onChange={setQuery} onKeyDown={() => undefined} />
      ) : null}
      {rows.length ? null : <p className="o-quiet">{_("There is no other node.")}</p>}
      <ul className="o-targets">
        {rows.map(({ target, reason }) => (
          <TargetRow key={edgeKey(target.edge)} target={target} reason={reason} onDone={close} />
        ))}
      </ul>
    </Dialog>
  );
}

const isThere = (graph: Graph, { edge }: Target) =>
  graph.edges.some((each) => edgeKey(each) === edgeKey(edge));

const reasonOf = (graph: Graph, target: Target): string | null =>
  isThere(graph, target) ? null : refusal(graph, target.edge, typeOf);

function nameOfTarget(graph: Graph, { nodeId }: Target): string {
  const node = nodeOf(graph, nodeId);
  return node ? nameOf(node) : nodeId;
}

interface PortChoiceProps {
  node: GraphNode;
  port: string;
  onChange: (port: string) => void;
}

/** The branch, where the node has more than one. */
function PortChoice({ node, port, onChange }: PortChoiceProps) {
  const ports = portsOf(node, typeOf(node.component_type));
  if (ports.length < 2) return null;
  return (
    <div className="o-field">
      <label htmlFor="ostinato-branch">{_("Branch")}</label>
      <select id="ostinato-branch" value={port} onChange={(event) => onChange(event.target.value)}>
        {ports.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </div>
  );
}

interface TargetRowProps {
  target: Target;
  reason: string | null;
  onDone: () => void;
}

function TargetRow({ target, reason, onDone }: TargetRowProps) {
  const graph = useEditor(graphOf);
  const node = nodeOf(graph, target.nodeId);
  if (!node) return null;
  const connected = isThere(graph, target);
  const asTool = target.edge.kind === "tool" ? _("as a tool") : "";
  const act = () => {
    if (connected) disconnect(target.edge);
    else if (connect(target.edge)) onDone();
  };
  return (
    <li>
      <button type="button" aria-disabled={reason !== null} onClick={reason ? undefined : act}>
        <Tile type={node.component_type} small />
        <span>
          {nameOf(node)} <span className="o-quiet">{asTool}</span>
          {reason ? <span className="o-quiet o-targets__why">{reason}</span> : null}
        </span>
        {connected ? <span className="o-quiet o-targets__end">{_("Disconnect")}</span> : null}
      </button>
    </li>
  );
}

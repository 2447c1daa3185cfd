import { _ } from "@/gettext";

import { typeOf } from "../../componentTypes";
import { indexOf } from "../../graph/lookup";
import { type GraphNode, nameOf } from "../../graph/model";
import { portsOf } from "../../graph/ports";
import { graphOf, useEditor } from "../../store/editor";
import { NodeLink } from "./NodeLink";

/** The steps that follow each branch of a node with several. */
export function LeadsTo({ node }: { node: GraphNode }) {
  const ports = portsOf(node, typeOf(node.component_type));
  if (ports.length < 2) return null;
  return (
    <section className="o-panel__section">
      <h3>{_("Leads to")}</h3>
      <dl className="o-kv">
        {ports.map((port) => (
          <Branch key={port} nodeId={node.node_id} port={port} />
        ))}
      </dl>
    </section>
  );
}

function Branch({ nodeId, port }: { nodeId: string; port: string }) {
  const graph = useEditor(graphOf);
  const { outgoing, byId } = indexOf(graph);
  const followers = (outgoing.get(nodeId) ?? [])
    .filter((edge) => edge.source_port === port)
    .flatMap((edge) => byId.get(edge.target) ?? []);
  return (
    <>
      <dt>{port}</dt>
      <dd>
        {followers.length === 0 ? <span className="o-quiet">{_("nothing yet")}</span> : null}
        {followers.map((node, index) => (
          <span key={node.node_id}>
            {index ? ", " : null}
            <NodeLink nodeId={node.node_id}>{nameOf(node)}</NodeLink>
          </span>
        ))}
      </dd>
    </>
  );
}

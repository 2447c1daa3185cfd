import { _, number } from "@/gettext";
import { Button } from "@/ui/Button";
import { Tile } from "@/ui/Tile";
import type { NodeType } from "@/types/models";

import { allTypes, typeOf } from "../../componentTypes";
import { removeEdges } from "../../graph/changes";
import { insert } from "../../graph/insert";
import { indexOf } from "../../graph/lookup";
import { edgeKey, type GraphEdge, type GraphNode, MAX_TOOLS, nameOf } from "../../graph/model";
import { toolName } from "../../graph/tools";
import { graphOf, useEditor } from "../../store/editor";
import { NodeLink } from "./NodeLink";

/** What an agent may use, and how much of it: its tools and its budget. */
export function AgentParts({ node, type }: { node: GraphNode; type: NodeType }) {
  return (
    <>
      <Tools node={node} />
      <Budget node={node} type={type} />
    </>
  );
}

function Tools({ node }: { node: GraphNode }) {
  const graph = useEditor(graphOf);
  const mayChange = useEditor((state) => state.mayChange);
  const edges = indexOf(graph).toolsOf.get(node.node_id) ?? [];
  return (
    <section className="o-panel__section">
      <h3>
        {_("Tools")} <span className="o-quiet">{edges.length || _("none")}</span>
      </h3>
      <ul className="o-tools-list">
        {edges.map((edge) => (
          <Tool key={edge.source} edge={edge} />
        ))}
      </ul>
      {mayChange && edges.length < MAX_TOOLS ? <Attach node={node} /> : null}
    </section>
  );
}

function Tool({ edge }: { edge: GraphEdge }) {
  const tool = useEditor((state) => indexOf(graphOf(state)).byId.get(edge.source));
  const mayChange = useEditor((state) => state.mayChange);
  if (!tool) return null;
  const detach = () =>
    useEditor.getState().change((graph) => removeEdges(graph, new Set([edgeKey(edge)])));
  return (
    <li className="o-tool-row">
      <Tile type={tool.component_type} small />
      <NodeLink nodeId={tool.node_id}>{nameOf(tool)}</NodeLink>
      <code className="o-quiet">{toolName(tool, typeOf(tool.component_type))}</code>
      <Button
        look="bare"
        icon="unlink"
        aria-label={_("Detach %(tool)s", { tool: nameOf(tool) })}
        disabled={!mayChange}
        onClick={detach}
      />
    </li>
  );
}

/** The scheduler's tools that the agent does not have yet, one click each. */
function Attach({ node }: { node: GraphNode }) {
  const graph = useEditor(graphOf);
  const { toolsOf, byId } = indexOf(graph);
  const attached = new Set(
    toolsOf.get(node.node_id)?.map((edge) => byId.get(edge.source)?.component_type),
  );
  const types = allTypes().filter(
    (type) => type.category === _("Scheduler") && type.can_be_tool && !attached.has(type.type),
  );
  if (!types.length) return null;
  return (
    <>
      <p className="o-help">{_("Attach a tool of the scheduler:")}</p>
      <div className="o-attach">
        {types.map((type) => (
          <Button key={type.type} icon="plus" onClick={() => attach(node.node_id, type)}>
            {type.label}
          </Button>
        ))}
      </div>
    </>
  );
}

function attach(agentId: string, type: NodeType): void {
  // A tool leaves open what the model is to fill in.
  const recipe = { type, config: {}, label: "" };
  const spot = { kind: "tool", agentId } as const;
  useEditor.getState().change((graph) => insert(graph, recipe, spot, typeOf).graph);
}

const BUDGET: readonly { field: string; name: string; isTime?: true }[] = [
  { field: "max_requests", name: _("Requests") },
  { field: "max_tool_calls", name: _("Tool calls") },
  { field: "max_tokens", name: _("Tokens") },
  { field: "max_seconds", name: _("Time"), isTime: true },
];

/** The bounds of one run of the agent: those that are set, else the defaults. */
function Budget({ node, type }: { node: GraphNode; type: NodeType }) {
  const fields = type.config_schema.properties ?? {};
  const bounds = BUDGET.flatMap(({ field, name, isTime }) => {
    const value = node.config[field] ?? fields[field]?.default;
    if (typeof value !== "number") return [];
    const most = number(value);
    return [
      { name, text: isTime ? _("up to %(most)s s", { most }) : _("up to %(most)s", { most }) },
    ];
  });
  if (!bounds.length) return null;
  return (
    <section className="o-panel__section">
      <h3>{_("Budget of a run")}</h3>
      <dl className="o-kv">
        {bounds.map(({ name, text }) => (
          <Bound key={name} name={name} text={text} />
        ))}
      </dl>
    </section>
  );
}

function Bound({ name, text }: { name: string; text: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </>
  );
}

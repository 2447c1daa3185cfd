/** The names under which a model sees the tools of an agent. Mirrors `as_tool` in Python. */

import { _ } from "@/gettext";
import type { NodeType } from "@/types/models";

import type { TypeOf } from "./connect";
import { indexOf } from "./lookup";
import type { Graph, GraphNode } from "./model";

/** The tool through which an agent with an answer schema answers. */
const ANSWER_TOOL = "final_result";

/** The name of a node as a tool: its own, that of its function, or that of its type. */
export function toolName(node: GraphNode, type: NodeType | undefined): string {
  const fields = Object.entries(type?.config_schema.properties ?? {});
  const naming = fields.find(
    ([name, part]) => name === "tool_name" || part["x-widget"] === "function",
  );
  const given = naming && node.config[naming[0]];
  return typeof given === "string" && given ? given : node.component_type;
}

/** Why `agent` cannot have the tool `node` because of its name; null if it can. */
export function toolNameRefusal(
  graph: Graph,
  node: GraphNode,
  agent: GraphNode,
  typeOf: TypeOf,
): string | null {
  const name = toolName(node, typeOf(node.component_type));
  if (name === ANSWER_TOOL && agent.config.output_schema) {
    return _(
      "The agent answers through a tool that is called %(name)s. Give this one another name.",
      { name },
    );
  }
  const { byId, toolsOf } = indexOf(graph);
  const taken = (toolsOf.get(agent.node_id) ?? []).some((edge) => {
    const other = byId.get(edge.source);
    return other && toolName(other, typeOf(other.component_type)) === name;
  });
  return taken ? _("The agent has a tool that is called %(name)s already.", { name }) : null;
}

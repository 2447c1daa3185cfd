/** For tests: short ways to write a graph. */

import type { JsonObject, NodeType } from "@/types/models";

import type { Graph, GraphEdge, GraphNode } from "./model";

export const node = (
  node_id: string,
  component_type = "step",
  config: JsonObject = {},
  position = { x: 0, y: 0 },
): GraphNode => ({ node_id, component_type, label: "", config, position, is_active: true });

export const flow = (source: string, target: string, source_port = "out"): GraphEdge => ({
  source,
  target,
  source_port,
  kind: "flow",
});

export const tool = (source: string, target: string): GraphEdge => ({
  ...flow(source, target),
  kind: "tool",
});

export const graphWith = (
  nodes: GraphNode[],
  edges: GraphEdge[] = [],
  notes: Graph["notes"] = [],
): Graph => ({ nodes, edges, notes });

export const nodeType = (name: string, given: Partial<NodeType> = {}): NodeType => ({
  type: name,
  label: name,
  description: "",
  category: "Actions",
  icon: "circle",
  colour: "#000000",
  kind: "action",
  inputs: ["in"],
  ports: ["out"],
  port_fields: [],
  takes_tools: false,
  can_be_tool: false,
  config_schema: { type: "object", properties: {} },
  text_templates: [],
  value_templates: [],
  condition_fields: [],
  ...given,
});

const TYPES: Record<string, NodeType> = {
  start: nodeType("start", { label: "Start", kind: "trigger", inputs: [], category: "Triggers" }),
  step: nodeType("step", { label: "Step", text_templates: ["text"] }),
  helper: nodeType("helper", { label: "Helper", can_be_tool: true }),
  agent: nodeType("agent", { label: "Agent", takes_tools: true, category: "Agents" }),
  switch: nodeType("switch", {
    label: "Switch",
    category: "Logic",
    ports: ["default"],
    port_fields: ["cases[].port", "default"],
    condition_fields: ["cases[].when"],
    config_schema: {
      properties: {
        cases: { type: "array", title: "Cases" },
        default: { type: "string", title: "Otherwise", default: "default" },
      },
      required: ["cases"],
    },
  } as Partial<NodeType>),
};
export const typeOf = (name: string): NodeType | undefined => TYPES[name];

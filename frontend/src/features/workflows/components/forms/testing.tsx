/** For tests: a node with a form of its own, on a page. */

import { render } from "@testing-library/react";

import { setPage } from "@/page";
import { PAGE } from "@/ui/testing";
import type { Json, JsonObject, JsonSchema, NodeType } from "@/types/models";

import { extendWith, typeOf } from "../../componentTypes";
import { nodeOf } from "../../graph/model";
import { graphWith, node, nodeType } from "../../graph/testing";
import { useLastRun } from "../../lastRun";
import { useDrafts } from "../../store/drafts";
import { graphOf, useEditor } from "../../store/editor";
import { NodeForm } from "./NodeForm";

type Declared = Partial<Omit<NodeType, "config_schema">>;

/** Show the form of a node `n` of a type with these fields. */
export function showForm(schema: JsonSchema, config: JsonObject = {}, declared: Declared = {}): void {
  setPage(PAGE);
  extendWith([typeFor(schema, declared)]);
  useDrafts.setState({ drafts: {} });
  const nodes = [node("n", "tested", config), node("before", "tested")];
  const edges = [{ source: "before", target: "n", source_port: "out", kind: "flow" as const }];
  const graph = graphWith(nodes, edges);
  useEditor.getState().load({ graph, graphVersion: 1, etag: null }, true);
  useEditor.getState().select({ nodes: new Set(["n"]) });
  render(<Shown />);
}

/** Reads the node anew whenever it changes, as the panel does. */
function Shown() {
  const shown = useEditor((state) => nodeOf(graphOf(state), "n"));
  const type = typeOf("tested");
  return shown && type ? <NodeForm node={shown} type={type} /> : null;
}

function typeFor(schema: JsonSchema, declared: Declared): NodeType {
  const config_schema = { type: "object", ...schema };
  return nodeType("tested", { label: "Tested", can_be_tool: true, ...declared, config_schema });
}

export const config = (): JsonObject => nodeOf(graphOf(useEditor.getState()), "n")!.config;

/** The last run: what `before` gave, and the payload that started it. */
export function runWas(payload: Json, output: Json): void {
  useLastRun.setState({
    workflow: "w1",
    isKnown: true,
    run: {
      id: "e1",
      workflow: "w1",
      event: { payload },
      created_at: "2026-01-01T00:00:00Z",
      finished_at: "2026-01-01T00:00:01Z",
      node_runs: [{ sequence: 1, node_id: "before", component_type: "tested", output }],
    } as never,
  });
}

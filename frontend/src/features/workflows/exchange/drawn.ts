/** What is drawn, as a file that can be imported: for when the server cannot keep it. */

import type { TextFile } from "@/ui/files";

import type { Graph } from "../graph/model";

/** In the shape of the server's exports, without schedules. */
export function drawnFile(name: string, graph: Graph): TextFile {
  const nodes = graph.nodes.map(({ id: _, ...node }) => node);
  const content = {
    format: "ostinato/workflow",
    version: 1,
    workflow: { name },
    graph: { ...graph, nodes },
    schedules: [],
  };
  const stem = name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "") || "workflow";
  return { name: `${stem}.json`, text: `${JSON.stringify(content, null, 2)}\n` };
}

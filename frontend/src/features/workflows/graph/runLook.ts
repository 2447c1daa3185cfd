/** How the shown run marks a node of the drawing. */

import type { NodeRun } from "@/types/models";

export type Mark = "ok" | "bad" | "busy" | "off";

const MARKS: Record<string, Mark> = { succeeded: "ok", failed: "bad", running: "busy" };

/** As its run went; "off" where the flow did not come (yet). */
export function nodeMark(run: NodeRun | undefined): Mark {
  return MARKS[run?.status ?? ""] ?? "off";
}

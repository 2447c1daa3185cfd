/** A draft: what is drawn and not saved, as the text that the browser keeps. Pure. */

import type { Graph } from "./model";

export interface Draft {
  /** When it was drawn, as an ISO time. */
  at: string;
  /** What the server had when the drawing began. */
  base: { graph: Graph; graphVersion: number; etag: string | null };
  graph: Graph;
}

const FORMAT = 1;
/** Browsers keep about five million characters for a whole site. */
export const MAX_DRAFT = 1_000_000;
/** What nobody came back for in this time is thrown away. */
const KEPT_MS = 30 * 24 * 3600 * 1000;

const PREFIX = "ostinato:draft";

/** What all drafts of a user and workflow begin with; each tab has one of its own. */
export function draftKey(user: string, workflowId: string, tab = ""): string {
  return `${PREFIX}:${encodeURIComponent(user)}:${workflowId}:${tab}`;
}

/** The draft as text; null if it is too large to keep. */
export function encode(draft: Draft): string | null {
  const text = JSON.stringify({ format: FORMAT, ...draft });
  return text.length <= MAX_DRAFT ? text : null;
}

/** The draft of the text; null for anything else, such as the draft of another format. */
export function decode(text: string | null): Draft | null {
  let found: unknown;
  try {
    found = JSON.parse(text ?? "null");
  } catch {
    return null;
  }
  const draft = found as (Partial<Draft> & { format?: number }) | null;
  if (draft?.format !== FORMAT || Number.isNaN(Date.parse(draft.at ?? ""))) return null;
  const { at, base, graph } = draft;
  if (!at || !base || !isGraph(base.graph) || !isGraph(graph)) return null;
  if (typeof base.graphVersion !== "number") return null;
  return { at, base, graph };
}

function isGraph(value: unknown): value is Graph {
  const graph = value as Partial<Graph> | null | undefined;
  return [graph?.nodes, graph?.edges, graph?.notes].every(Array.isArray);
}

/** Whether it is too old to be offered. */
export function isExpired(draft: Draft, now: Date): boolean {
  return now.getTime() - Date.parse(draft.at) > KEPT_MS;
}

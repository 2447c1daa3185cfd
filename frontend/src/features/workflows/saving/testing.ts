/** For tests of saving: a page, and a server that answers as it is told. */

import { vi } from "vitest";

import { type Page, setPage } from "@/page";
import { useMessages } from "@/ui/messages";

import type { Graph } from "../graph/model";
import { useDrafts } from "../store/drafts";
import { useEditor } from "../store/editor";
import { useVersions } from "../versions/store";
import { useSaving } from "./store";

export const PAGE = {
  page: "canvas",
  csrf_token: "first",
  addresses: { workflows: "/api/workflows/", workflow_import: "/api/import/", admin_canvas: "/canvas/" },
  workflow: { id: "w1", name: "Nightly report", is_active: true, version: 1 },
  execution: null,
  may: { change: true, run: true, add_schedule: true },
  zone: "UTC",
  user: "ada",
} as unknown as Page;

export interface Asked {
  method: string;
  url: string;
  body: Record<string, unknown> | null;
  headers: Record<string, string>;
}

export type Answer = (asked: Asked) => Response | Promise<Response>;

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers });

export const refused = (status: number, code: string, detail: string, errors = {}): Response =>
  json({ code, detail, errors }, status);

/** An answer that comes when it is told. */
export function held(): { answer: Answer; tell: (response: Response) => void } {
  let tell: (response: Response) => void = () => {};
  const told = new Promise<Response>((resolve) => (tell = resolve));
  return { answer: () => told, tell };
}

/** Answers the requests in turn; one more than it has answers for is an error. */
export function serve(...answers: Answer[]): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    const one: Asked = {
      method: init.method ?? "GET",
      url,
      body: init.body ? (JSON.parse(init.body as string) as Asked["body"]) : null,
      headers: init.headers as Record<string, string>,
    };
    asked.push(one);
    const answer = answers.shift();
    if (!answer) throw new Error(`Nobody answers ${one.method} ${url}.`);
    return answer(one);
  });
  return asked;
}

/** Saved as version `number`: the graph that was sent, with primary keys. */
export const accept =
  (number: number): Answer =>
  ({ body }) => {
    const { nodes, edges, notes } = body as unknown as Graph;
    const keyed = nodes.map((node, index) => ({ ...node, id: index + 1 }));
    return json({ nodes: keyed, edges, notes, graph_version: number }, 200, { ETag: `"g${number}"` });
  };

export const document = (graph: Graph, number: number): Response =>
  json({ ...graph, graph_version: number }, 200, { ETag: `"g${number}"` });

/** Begin with a graph that the server has as version 1. */
export function begin(graph: Graph): void {
  setPage(PAGE);
  useMessages.setState({ list: [] });
  useSaving.setState({ question: null, answer: null, findings: null, unsure: null });
  useDrafts.setState({ drafts: {} });
  useVersions.setState({ isOpen: false, list: null, problem: null, shown: null });
  useEditor.getState().load({ graph, graphVersion: 1, etag: '"g1"' }, true);
}

export const now = (): Graph => useEditor.getState().history.now;
export const draw = (change: (graph: Graph) => Graph): void => useEditor.getState().change(change);
export const said = (): string[] => useMessages.getState().list.map((message) => message.text);

/** The question that saving waits with. */
export async function question<K extends string>(kind: K) {
  await vi.waitFor(() => {
    if (useSaving.getState().question?.kind !== kind) throw new Error(`No question of ${kind}.`);
  });
  const { question: found, answer } = useSaving.getState();
  if (!found || !answer) throw new Error("No question.");
  return { question: found as Extract<typeof found, { kind: K }>, answer };
}

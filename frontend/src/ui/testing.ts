/** For tests: a page, and a server that answers from a table. */

import { vi } from "vitest";

import { type Page, setPage } from "@/page";

export const PAGE: Page = {
  page: "canvas",
  csrf_token: "token",
  addresses: {
    workflows: "/api/workflows/",
    schedules: "/api/schedules/",
    executions: "/api/executions/",
    node_types: "/api/node-types/",
    functions: "/api/functions/",
    workflow_templates: "/api/workflow-templates/",
    workflow_import: "/api/workflows/import/",
    schedules_preview: "/api/schedules/preview/",
    admin_workflow: "/admin/workflows/00000000-0000-0000-0000-000000000000/",
    admin_canvas: "/admin/workflows/00000000-0000-0000-0000-000000000000/canvas/",
    admin_schedule: "/admin/schedules/00000000-0000-0000-0000-000000000000/",
    admin_execution: "/admin/executions/00000000-0000-0000-0000-000000000000/",
  },
  workflow: { id: "w1", name: "Invoices", is_active: true, version: 1 },
  execution: null,
  may: { change: true, run: true, add_schedule: true },
  verbs: { pause: false, resume: false, run: false },
  zone: "Europe/Berlin",
  user: "mara",
  user_id: "1",
};

export interface Sent {
  method: string;
  address: string;
  body: Record<string, unknown> | null;
}

/** An answer: a body, or a status with a body. A function may tell by the request. */
type Reply = unknown | ((sent: Sent) => unknown);
export const refusal = (status: number, body: object) => ({ REFUSED: status, body });

/** Answer requests by "METHOD /address", without the query. Returns what was sent, in order. */
export function serve(replies: Record<string, Reply>): Sent[] {
  const all: Sent[] = [];
  setPage(PAGE);
  vi.stubGlobal("fetch", async (address: string, options: RequestInit) => {
    const method = options.method ?? "GET";
    const body = typeof options.body === "string" ? JSON.parse(options.body) : null;
    const sent = { method, address, body };
    all.push(sent);
    const reply = replies[`${method} ${address.split("?")[0]}`];
    if (reply === undefined) throw new TypeError(`No answer to ${method} ${address}`);
    return responseOf(typeof reply === "function" ? reply(sent) : reply);
  });
  return all;
}

function responseOf(reply: unknown): Response {
  const refused = reply as { REFUSED?: number; body?: object } | null;
  if (refused?.REFUSED) return Response.json(refused.body, { status: refused.REFUSED });
  return Response.json(reply);
}

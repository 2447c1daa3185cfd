/** New workflows by the API: empty ones, from templates, from files. */

import { get, post } from "@/api/client";
import { adminAddress, page } from "@/page";

import type { GraphEdge, GraphNode } from "../graph/model";

/** As much of a graph as a small picture needs. */
export interface Drawing {
  nodes: readonly Pick<GraphNode, "node_id" | "component_type" | "position">[];
  edges: readonly Pick<GraphEdge, "source" | "target" | "kind">[];
}

export interface Template extends Drawing {
  key: string;
  name: string;
  description: string;
}

/** What an import would create. */
export interface ImportPreview extends Drawing {
  workflow: { name: string; description: string };
  schedules: readonly { name: string; sentence: string }[];
  /** Paths in the file of what was emptied and has to be filled in. */
  emptied: readonly string[];
  note?: string;
}

/** The text of a file or the key of a template; `name`: another name for the workflow. */
export type Source = ({ file: string } | { template: string }) & { name?: string };

export async function loadTemplates(): Promise<Template[]> {
  return (await get<{ results: Template[] }>(page().addresses.workflow_templates)).results;
}

export function previewImport(source: Source): Promise<ImportPreview> {
  return post<ImportPreview>(`${page().addresses.workflow_import}?dry_run=true`, source);
}

/** Returns the id of the new workflow. */
export async function importWorkflow(source: Source): Promise<string> {
  const made = await post<{ workflow: { id: string } }>(page().addresses.workflow_import, source);
  return made.workflow.id;
}

/** Returns the id of the new workflow. */
export async function createWorkflow(name: string): Promise<string> {
  return (await post<{ id: string }>(page().addresses.workflows, { name })).id;
}

/** Go to the canvas of a workflow. */
export function openCanvas(id: string): void {
  window.location.assign(adminAddress("admin_canvas", id));
}

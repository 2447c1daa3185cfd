/** The versions of a workflow as the API has them. */

import { get, request } from "@/api/client";
import { rowAddress } from "@/page";

import type { Graph } from "../graph/model";
import { type GraphDocument, graphFrom } from "../load";
import type { Saved } from "../store/editor";

export interface Version {
  number: number;
  saved_at: string;
  /** A user name, or the name of one who is deleted. */
  saved_by: string | null;
  note: string;
  nodes: number;
  edges: number;
  is_current: boolean;
}

const addressOf = (workflowId: string, rest = "") =>
  rowAddress("workflows", workflowId, `versions/${rest}`);

/** The kept versions, newest first. */
export async function loadVersions(workflowId: string): Promise<Version[]> {
  return (await get<{ results: Version[] }>(addressOf(workflowId))).results;
}

export async function loadVersion(workflowId: string, number: number): Promise<Graph> {
  const found = await get<{ graph: GraphDocument }>(addressOf(workflowId, `${number}/`));
  return graphFrom(found.graph);
}

export interface RestoreOptions {
  etag: string | null;
  mayOrphan: boolean;
}

/** Save an old version once more, as the newest. */
export async function restoreVersion(
  workflowId: string,
  number: number,
  { etag, mayOrphan }: RestoreOptions,
): Promise<Saved> {
  const query = mayOrphan ? "?orphan_schedules=true" : "";
  const address = addressOf(workflowId, `${number}/restore/${query}`);
  const answer = await request<GraphDocument>("POST", address, { body: {}, ifMatch: etag });
  const { data } = answer;
  return { graph: graphFrom(data), graphVersion: data.graph_version, etag: answer.etag };
}

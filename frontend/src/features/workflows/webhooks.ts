/** The addresses of webhooks, by the node that they start. */

import { ApiError, get, post, request } from "@/api/client";
import { page, rowAddress } from "@/page";

export interface Webhook {
  node_id: string;
  created_at: string;
}

/** A new one, with what is never shown again. */
export interface IssuedWebhook extends Webhook {
  url: string;
  signing_key: string;
}

const addressOf = (nodeId: string) =>
  rowAddress("workflows", page().workflow?.id ?? "", `webhooks/${nodeId}/`);

/** The webhook of a saved node; null if it has none. */
export async function loadWebhook(nodeId: string, signal: AbortSignal): Promise<Webhook | null> {
  try {
    return await get<Webhook>(addressOf(nodeId), signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export const issueWebhook = (nodeId: string): Promise<IssuedWebhook> => post(addressOf(nodeId));

export async function revokeWebhook(nodeId: string): Promise<null> {
  await request("DELETE", addressOf(nodeId));
  return null;
}

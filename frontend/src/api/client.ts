/** The REST API in the user's session. Every failure is an `ApiError`. */

import { _ } from "@/gettext";
import { page } from "@/page";

export interface FieldProblems {
  [path: string]: string[];
}

/** A refusal, or an answer that never came (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: FieldProblems = {},
    /** The whole body of the refusal. */
    readonly body: unknown = null,
  ) {
    super(message);
  }

  /** Whether the session has ended: signing in again, in another tab, is the remedy. */
  get isSignedOut(): boolean {
    return this.status === 401 || (this.status === 403 && this.code === "not_authenticated");
  }

  /** Whether the row was changed since it was read. */
  get isConflict(): boolean {
    return this.status === 412;
  }

  /** Whether no answer came, so that the server may or may not have done it. */
  get isAway(): boolean {
    return this.status === 0 || this.status >= 502;
  }
}

export interface Answer<T> {
  data: T;
  etag: string | null;
}

interface Options {
  body?: unknown;
  ifMatch?: string | null;
  signal?: AbortSignal;
}

const TIMEOUT_MS = 20_000;

/** Send one request. Raises `ApiError`. */
export async function request<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  address: string,
  { body, ifMatch, signal }: Options = {},
): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: "application/json, application/problem+json" };
  if (method !== "GET") headers["X-CSRFToken"] = page().csrf_token;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (ifMatch) headers["If-Match"] = ifMatch;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(
      0,
      "away",
      _("The server cannot be reached. Nothing that you drew is lost."),
    );
  }
  return answerOf<T>(response);
}

export const get = async <T>(address: string, signal?: AbortSignal): Promise<T> =>
  (await request<T>("GET", address, signal ? { signal } : {})).data;

export const post = async <T>(address: string, body?: unknown): Promise<T> =>
  (await request<T>("POST", address, { body: body ?? {} })).data;

async function answerOf<T>(response: Response): Promise<Answer<T>> {
  const data: unknown = response.status === 204 ? null : await jsonOf(response);
  if (!response.ok || (data === undefined && response.status !== 204)) {
    throw errorOf(response.status, data);
  }
  return { data: data as T, etag: response.headers.get("ETag") };
}

/** The body as JSON; undefined if it is none, such as a proxy's page. */
async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

/** `application/problem+json`, as every refusal of the API. */
interface Problem {
  code?: string;
  detail?: string;
  errors?: FieldProblems;
}

function errorOf(status: number, data: unknown): ApiError {
  const { code = "error", detail, errors = {} } = (data ?? {}) as Problem;
  const message = detail ?? _("The server answered with the status %(status)s.", { status });
  return new ApiError(status, code, message, errors, data);
}

/** When to ask again: each second while a run goes on, never when it has ended or nobody looks. */

import { ApiError } from "@/api/client";

/** What stands between this page and the run: nothing, or why it is not followed. */
export type Connection = "live" | "away" | "signed_out" | "forbidden" | "gone";

export interface Watch {
  /** Whether there is more to come. */
  goesOn: boolean;
  hidden: boolean;
  /** Requests in a row to which no answer came. */
  failures: number;
}

export const PACE_MS = 1000;
const LONGEST_MS = 30_000;

/** Milliseconds until the next request; null for none. */
export function nextPoll({ goesOn, hidden, failures }: Watch): number | null {
  if (!goesOn || hidden) return null;
  return Math.min(PACE_MS * 2 ** failures, LONGEST_MS);
}

/** What a failed request says of the connection. All but "away" end the polling. */
export function connectionAfter(error: unknown): Connection {
  if (!(error instanceof ApiError)) return "away";
  if (error.isSignedOut) return "signed_out";
  if (error.status === 403) return "forbidden";
  return error.status === 404 ? "gone" : "away";
}

/**
 * Call `read` until it answers that nothing more comes, or `stop` is called. It pauses while the
 * tab is hidden and reads at once when it is shown again. Returns `stop`.
 */
export function startPolling(
  read: (signal: AbortSignal) => Promise<boolean>,
  tell: (connection: Connection) => void,
): () => void {
  const stopped = new AbortController();
  const watch = { goesOn: true, failures: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isReading = false;
  const plan = () => {
    clearTimeout(timer);
    const wait = nextPoll({ ...watch, hidden: document.hidden });
    if (wait !== null && !stopped.signal.aborted) timer = setTimeout(step, wait);
  };
  const step = async () => {
    isReading = true;
    const connection = await attempt(read, stopped.signal, watch);
    isReading = false;
    if (stopped.signal.aborted) return;
    tell(connection);
    plan();
  };
  const onVisibility = () => {
    clearTimeout(timer);
    if (!document.hidden && watch.goesOn && !isReading) void step();
  };
  document.addEventListener("visibilitychange", onVisibility);
  void step();
  return () => {
    stopped.abort();
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisibility);
  };
}

async function attempt(
  read: (signal: AbortSignal) => Promise<boolean>,
  signal: AbortSignal,
  watch: { goesOn: boolean; failures: number },
): Promise<Connection> {
  try {
    watch.goesOn = await read(signal);
    watch.failures = 0;
    return "live";
  } catch (error) {
    const connection = connectionAfter(error);
    watch.failures += 1;
    watch.goesOn = connection === "away";
    return connection;
  }
}

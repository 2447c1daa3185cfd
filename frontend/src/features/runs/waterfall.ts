/** The bars of the nodes of a run on a common axis of time. */

import type { ExecutionDetail } from "@/types/models";

import { lengthText } from "./execution";

export interface Bar {
  nodeId: string;
  name: string;
  status: string;
  /** Percent of the axis. */
  start: number;
  width: number;
  length: string;
}

/** Thinner bars cannot be seen. */
const THINNEST = 0.6;
const EMPTY_AXIS_MS = 1;

/** The bars in the order in which the nodes began. `now` ends those that still run. */
export function barsOf(execution: ExecutionDetail, now: Date): Bar[] {
  const runs = [...execution.node_runs].sort((a, b) => a.sequence - b.sequence);
  const times = runs.map((run) => ({
    from: run.started_at ? Date.parse(run.started_at) : null,
    to: run.finished_at ? Date.parse(run.finished_at) : now.getTime(),
  }));
  const begun = times.filter((time) => time.from !== null);
  const first = Math.min(...begun.map((time) => time.from ?? 0));
  const last = Math.max(...begun.map((time) => time.to));
  const axis = Math.max(last - first, EMPTY_AXIS_MS);
  return runs.map((run, index) => {
    const { from, to } = times[index] ?? { from: null, to: 0 };
    return {
      nodeId: run.node_id,
      name: run.label || run.node_id,
      status: run.status ?? "",
      length: lengthText(run, now),
      ...placed(from, to, first, axis),
    };
  });
}

function placed(from: number | null, to: number, first: number, axis: number) {
  if (from === null) return { start: 0, width: 0 };
  const start = Math.min((100 * (from - first)) / axis, 100 - THINNEST);
  const width = (100 * Math.max(to - from, 0)) / axis;
  return { start, width: Math.min(Math.max(width, THINNEST), 100 - start) };
}

/** Undo and redo: a line of states with a place on it. */

export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
  /** Names the last change, so that a run of alike ones (typing) is one step. */
  readonly last: string | null;
}

const MAX_STEPS = 200;

export function begin<T>(now: T): History<T> {
  return { past: [], now, future: [], last: null };
}

/** Go on to `next`. Changes in a row with the same `series` are undone together. */
export function record<T>(history: History<T>, next: T, series: string | null): History<T> {
  if (next === history.now) return history;
  const goesOn = series !== null && series === history.last;
  const past = goesOn ? history.past : [...history.past, history.now].slice(-MAX_STEPS);
  return { past, now: next, future: [], last: series };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  const future = [history.now, ...history.future];
  return { past: history.past.slice(0, -1), now: before, future, last: null };
}

export function redo<T>(history: History<T>): History<T> {
  const [after, ...rest] = history.future;
  if (after === undefined) return history;
  return { past: [...history.past, history.now], now: after, future: rest, last: null };
}

/** The same line with each state mapped by `change`. */
export function mapHistory<T>(history: History<T>, change: (state: T) => T): History<T> {
  return {
    past: history.past.map(change),
    now: change(history.now),
    future: history.future.map(change),
    last: history.last,
  };
}

/** One at a time: a save, and whatever else changes what counts as saved. */

let underway: Promise<boolean> | null = null;

/** What is being done; null if nothing is. */
export const beingDone = (): Promise<boolean> | null => underway;

/** Do the work, after what is being done. Returns what the work does: whether it is done. */
export function alone(work: () => Promise<boolean>): Promise<boolean> {
  const done = (underway ? underway.then(work, work) : work()).finally(() => {
    if (underway === done) underway = null;
  });
  underway = done;
  return done;
}

/** One at a time: what saves, what changes what counts as saved, and what shows something else. */

let underway: Promise<boolean> | null = null;

/** What is being done, as `alone` returned it; null if nothing is. */
export const beingDone = (): Promise<boolean> | null => underway;

/**
 * Do the work, after what is being done. It resolves to whether a save that waits for it may go
 * on; false where the user looks at the drawing first.
 */
export function alone(work: () => Promise<boolean>): Promise<boolean> {
  const done = (underway ? underway.then(work, work) : work()).finally(() => {
    if (underway === done) underway = null;
  });
  underway = done;
  return done;
}

/** One at a time: what saves, what changes what counts as saved, and what shows something else. */

let underway: Promise<boolean> | null = null;

/** What is being done, as `alone` returned it; null if nothing is. */
export const beingDone = (): Promise<boolean> | null => underway;

/**
 * Do the work, after what is being done. It resolves to whether a save that waits for it may go
 * on; false where the user looks at the drawing first. The work is told that of what was before.
 */
export function alone(work: (mayGoOn: boolean) => Promise<boolean>): Promise<boolean> {
  const before = underway?.then(work, () => work(false));
  const done = (before ?? work(true)).finally(() => {
    if (underway === done) underway = null;
  });
  underway = done;
  return done;
}

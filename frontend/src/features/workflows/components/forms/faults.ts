/** What the server refused about one node, by the path in its configuration. */

import type { FieldProblems } from "@/api/client";

export interface Fault {
  /** Within the configuration; null for what concerns the node itself. */
  readonly path: string | null;
  readonly message: string;
}

/** The faults of the node that was sent as number `index`. */
export function faultsOf(problems: FieldProblems, index: number): Fault[] {
  const start = `nodes[${index}].`;
  return Object.entries(problems).flatMap(([key, messages]) => {
    if (!key.startsWith(start)) return [];
    const rest = key.slice(start.length);
    const isConfig = rest === "config" || rest.startsWith("config.");
    const path = isConfig ? rest.slice("config.".length) : null;
    return messages.map((message) => ({ path, message }));
  });
}

/** Whether a fault at `faulty` belongs to the field at `path` (`inside`: or to a part of it). */
export function concerns(faulty: string | null, path: string, inside: boolean): boolean {
  if (faulty === null) return false;
  return faulty === path || (inside && isPartOf(faulty, path));
}

const isPartOf = (inner: string, outer: string) =>
  inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);

/** The problems without those of the field at `path` and of its parts: it has been edited. */
export function withoutFaultsAt(problems: FieldProblems, index: number, path: string): FieldProblems {
  const field = `nodes[${index}].config.${path}`;
  const kept = Object.entries(problems).filter(
    ([key]) => key !== field && !isPartOf(key, field),
  );
  return kept.length === Object.keys(problems).length ? problems : Object.fromEntries(kept);
}

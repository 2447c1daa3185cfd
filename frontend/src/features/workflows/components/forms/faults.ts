/** What the server refused about a node, at the fields of its form. */

import type { FieldProblems } from "@/api/client";

import type { PlacedProblem } from "../../graph/problems";

const CONFIG = "config";

const isPartOf = (inner: string, outer: string) =>
  inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);

/** The sentences for the field at `path`; `inside`: also those for parts of it. */
export function faultsAt(problems: FieldProblems, path: string, inside = false): string[] {
  const field = path ? `${CONFIG}.${path}` : CONFIG;
  return Object.entries(problems).flatMap(([key, messages]) => {
    if (key === field) return messages;
    if (!inside || !isPartOf(key, field)) return [];
    return messages.map((message) => `${key.slice(field.length).replace(/^\./, "")}: ${message}`);
  });
}

/** Those that no field of the form shows: of the node itself, and of unknown fields. */
export function faultsElsewhere(problems: FieldProblems, fields: readonly string[]): string[] {
  return Object.entries(problems).flatMap(([key, messages]) => {
    const isShown = fields.some(
      (name) => key === `${CONFIG}.${name}` || isPartOf(key, `${CONFIG}.${name}`),
    );
    if (isShown) return [];
    const name = key === CONFIG ? "" : key.replace(/^config\./, "");
    return messages.map((message) => (name ? `${name}: ${message}` : message));
  });
}

/** Without those at a field that was edited, and at the fields around it and within it. */
export function withoutFaultsAt(
  placed: readonly PlacedProblem[],
  nodeId: string,
  path: string,
): readonly PlacedProblem[] {
  const field = `${CONFIG}.${path}`;
  const kept = placed.filter((problem) => {
    const isHere = problem.path === field || isPartOf(problem.path, field);
    return problem.nodeId !== nodeId || !(isHere || isPartOf(field, problem.path));
  });
  return kept.length === placed.length ? placed : kept;
}

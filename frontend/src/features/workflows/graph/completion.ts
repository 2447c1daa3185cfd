/**
 * What may follow at a place in a template: paths into the values that a node knows, and filters.
 *
 * A template is text with `{{ expressions }}`; a condition is one expression without braces.
 */

import { _ } from "@/gettext";
import { isContainer, shortOf } from "@/ui/jsonText";
import type { Json } from "@/types/models";

import { FILTERS } from "./filters";
import { expressionAt } from "./expressionAt";

/** A value that is not known yet: a node that has not run. */
export const UNKNOWN = Symbol("unknown");
export type Known = Json | typeof UNKNOWN | { readonly [name: string]: Known };

/** The names that templates see: `trigger`, `nodes`, `site`, `execution`. */
export interface Names {
  readonly [name: string]: Known;
}

export interface Candidate {
  /** What is written into the text, from the start of the query on. */
  readonly text: string;
  /** How much of `text` is typed already. */
  readonly typed: number;
  /** Its value in the last run, or what a filter does. */
  readonly about: string;
  /** Whether more may follow, as a field of an object. */
  readonly goesOn: boolean;
}

/** What the caret stands in: a path or the name of a filter, from `start` on. */
export interface Query {
  readonly kind: "path" | "filter";
  readonly start: number;
  readonly typed: string;
}

export interface Syntax {
  /** The whole text is an expression, as a condition is. */
  readonly bare?: boolean;
  /** The text is JSON, so that quotes within a template have to be escaped. */
  readonly json?: boolean;
}

export const MOST_CANDIDATES = 50;
const MOST_PARTS = 1000;

/** What is being typed at `caret`; null where nothing can be completed. */
export function queryAt(text: string, caret: number, { bare = false }: Syntax = {}): Query | null {
  const place = expressionAt(text.slice(0, caret), bare);
  return place && { ...place, typed: text.slice(place.start, caret) };
}

/** At most 50 candidates, those that are nearest to what is typed first. */
export function candidatesFor(query: Query, names: Names, { json = false }: Syntax = {}): Candidate[] {
  if (query.kind === "filter") return filtersFor(query.typed);
  const { steps, partial } = stepsOf(query.typed);
  let base: Known = names;
  for (const step of steps) base = partOf(base, step);
  const found: Candidate[] = [];
  const path = steps.reduce<string>((written, step) => written + stepText(step, written), "");
  collect(base, path, partial, found);
  if (steps.length === 0 && partial) byNodeId(names, partial, found);
  const write = json ? inJson : (written: string) => written;
  const candidates = found.map((each) => ({ ...each, text: write(each.text) }));
  return candidates
    .filter((each) => each.text !== query.typed)
    .map((each) => ({ ...each, typed: commonStart(each.text, query.typed) }));
}

/** The text with the candidate written in place of what was typed, and where the caret goes. */
export function complete(
  text: string,
  caret: number,
  query: Query,
  candidate: Candidate,
  { bare = false }: Syntax = {},
): { text: string; caret: number } {
  // Of a name that the caret stands in, the end is replaced as well.
  const isQuoted = /\[\s*["']?[^\]]*$/.test(query.typed);
  const rest = text.slice(caret).replace(isQuoted ? /^\w*["']?\]?/ : /^\w*/, "");
  const closes = bare || candidate.goesOn || isClosed(rest);
  const written = text.slice(0, query.start) + candidate.text + (closes ? "" : " }}");
  return { text: written + rest, caret: written.length };
}

/** Whether the braces that are open at its start are closed in `rest`. */
function isClosed(rest: string): boolean {
  const close = rest.search(/[}%]\}/);
  const next = rest.search(/\{[{%]/);
  return close >= 0 && (next < 0 || close < next);
}

function filtersFor(typed: string): Candidate[] {
  return Object.entries(FILTERS)
    .filter(([name]) => name.startsWith(typed) && name !== typed)
    .slice(0, MOST_CANDIDATES)
    .map(([name, about]) => ({ text: name, typed: typed.length, about, goesOn: false }));
}

type Step = string | number;

const NAMED = /^\.?([A-Za-z_]\w*|\d+)(?=[.[])/;
const IN_BRACKETS = /^\[\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\d+))\s*\]/;

/** `trigger.pay` is the step `trigger` and the partial `pay`. */
function stepsOf(typed: string): { steps: Step[]; partial: string } {
  const steps: Step[] = [];
  let rest = typed;
  for (;;) {
    const named = NAMED.exec(rest);
    const inBrackets = named ? null : IN_BRACKETS.exec(rest);
    if (named) steps.push(named[1] ?? "");
    else if (inBrackets?.[3] !== undefined) steps.push(Number(inBrackets[3]));
    else if (inBrackets) steps.push(unescaped(inBrackets[1] ?? inBrackets[2] ?? ""));
    else return { steps, partial: rest.replace(/^\.|^\[\s*["']?/, "") };
    rest = rest.slice((named ?? inBrackets)?.[0].length);
  }
}

const unescaped = (text: string) => text.replace(/\\(.)/g, "$1");

/** A part of a value; unknown where it has none of that name. */
function partOf(value: Known, step: Step): Known {
  if (Array.isArray(value)) return value[Number(step)] ?? UNKNOWN;
  if (typeof value !== "object" || value === null) return UNKNOWN;
  return Object.hasOwn(value, step) ? ((value as Names)[step] ?? null) : UNKNOWN;
}

function partsOf(value: Known): [Step, Known][] {
  if (Array.isArray(value)) return value.slice(0, MOST_PARTS).map((item, index) => [index, item]);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value as Names).slice(0, MOST_PARTS);
}

/** The parts of `base` whose names begin with `partial`; what they contain comes before them. */
function collect(base: Known, path: string, partial: string, found: Candidate[]): void {
  for (const [step, value] of partsOf(base)) {
    if (!String(step).toLowerCase().startsWith(partial.toLowerCase())) continue;
    const here = path + stepText(step, path);
    for (const [inner, part] of partsOf(value)) {
      add(here + stepText(inner, here), part, found);
    }
    add(here, value, found);
  }
}

/** Nodes by their id alone: `fetch` finds `nodes.fetch.output`. */
function byNodeId(names: Names, partial: string, found: Candidate[]): void {
  for (const [id, node] of partsOf(names.nodes ?? null)) {
    if (!String(id).toLowerCase().startsWith(partial.toLowerCase())) continue;
    const here = `nodes${stepText(id, "nodes")}`;
    for (const [name, value] of partsOf(node)) add(here + stepText(name, here), value, found);
  }
}

function add(path: string, given: Known, found: Candidate[]): void {
  let text = path;
  let value: Known = given;
  // A node has nothing but its output: offer that at once.
  for (let parts = partsOf(value); parts.length === 1 && isOutput(parts); parts = partsOf(value)) {
    text += ".output";
    value = parts[0]![1];
  }
  if (found.length >= MOST_CANDIDATES || found.some((each) => each.text === text)) return;
  found.push({ text, typed: 0, about: aboutOf(value), goesOn: partsOf(value).length > 0 });
}

const isOutput = ([first]: [Step, Known][]) => first?.[0] === "output";

function aboutOf(value: Known): string {
  if (value === UNKNOWN) return _("not run yet");
  const isJson = !isContainer(value as Json) || Array.isArray(value);
  return isJson ? shortOf(value as Json) : shortOf(value as { [key: string]: Json });
}

/** How a step is written after `before`: `.days`, `[0]` or `["a b"]`. */
function stepText(step: Step, before: string): string {
  if (typeof step === "number") return `[${step}]`;
  if (/^[A-Za-z_]\w*$/.test(step)) return before ? `.${step}` : step;
  return `["${step.replace(/[\\"]/g, "\\$&")}"]`;
}

const inJson = (text: string) => JSON.stringify(text.replace(/\["((?:[^"\\]|\\.)*)"\]/g, singly)).slice(1, -1);

/** A quoted step in single quotes. */
function singly(_: string, inside: string): string {
  return `['${inside.replace(/\\"/g, '"').replace(/'/g, "\\'")}']`;
}

function commonStart(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return a.startsWith(b) ? b.length : 0;
}

/** Paths into a configuration, written as the server writes them: `cases[0].when`. */

import type { Json, JsonObject } from "@/types/models";

export type Path = readonly (string | number)[];

export function pathText(path: Path): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
    .join("")
    .replace(/^\./, "");
}

/** Whether a path is, or lies in, the field that a node type names: `headers`, `cases[].when`. */
export function matchesField(path: Path, field: string): boolean {
  const written = pathText(path.map((step) => (typeof step === "number" ? "[]" : step)))
    .replaceAll(".[]", "[]");
  return written === field || written.startsWith(`${field}.`) || written.startsWith(`${field}[`);
}

export function valueAt(value: Json | undefined, path: Path): Json | undefined {
  let found: Json | undefined = value;
  for (const step of path) {
    if (found === null || typeof found !== "object") return undefined;
    found = Array.isArray(found) ? found[Number(step)] : found[step];
  }
  return found;
}

/**
 * The configuration with another value at a path. `undefined` takes the field out, and with it
 * every field around it that would be left empty.
 */
export function withValue(config: JsonObject, path: Path, value: Json | undefined): JsonObject {
  return (replaced(config, path, value) as JsonObject | undefined) ?? {};
}

function replaced(whole: Json | undefined, path: Path, value: Json | undefined): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === "number") {
    const items = Array.isArray(whole) ? [...whole] : [];
    const item = rest.length ? (replaced(items[step], rest, value) ?? {}) : value;
    if (item === undefined) items.splice(step, 1);
    else items[step] = item;
    return items.length ? items : undefined;
  }
  const fields = { ...(isObject(whole) ? whole : {}) };
  const part = replaced(fields[step], rest, value);
  if (part === undefined) delete fields[step];
  else fields[step] = part;
  return Object.keys(fields).length || value !== undefined ? fields : undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** JSON values in a few words. */

import { ngettext } from "@/gettext";
import type { Json } from "@/types/models";

export function isContainer(value: Json): value is Json[] | { [key: string]: Json } {
  return value !== null && typeof value === "object";
}

/** The parts of a list or an object, with their names; of a list without. */
export function partsOf(value: Json[] | { [key: string]: Json }): [string | null, Json][] {
  return Array.isArray(value) ? value.map((item) => [null, item]) : Object.entries(value);
}

/** "2 fields" or "1 item". */
export function sizeOf(value: Json[] | { [key: string]: Json }): string {
  return Array.isArray(value)
    ? ngettext("%(count)s item", "%(count)s items", value.length)
    : ngettext("%(count)s field", "%(count)s fields", Object.keys(value).length);
}

/** A value in at most `most` characters: `"nordics"`, `10`, `2 fields`. */
export function shortOf(value: Json, most = 28): string {
  if (isContainer(value)) return sizeOf(value);
  if (typeof value !== "string") return String(value);
  const text = JSON.stringify(value.slice(0, most));
  return value.length > most ? `${text.slice(0, -1)}…"` : text;
}

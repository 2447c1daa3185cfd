/** Which parts of a JSON value are open at first: as many as fit in some 200 rows. */

import type { Json } from "@/types/models";

import { isContainer, partsOf } from "./jsonText";

const MOST_ROWS = 200;
const MOST_LEVELS = 3;

/** The paths (`/body/0`) of the open parts, the outer ones first. */
export function initiallyOpen(value: Json): Set<string> {
  const open = new Set<string>();
  let rows = 1;
  const ahead = [{ path: "", value, level: 0 }];
  for (let next = ahead.shift(); next; next = ahead.shift()) {
    if (!isContainer(next.value) || next.level >= MOST_LEVELS) continue;
    const parts = partsOf(next.value);
    const isFirst = next.path === "";
    if (!isFirst && rows + parts.length > MOST_ROWS) continue;
    open.add(next.path);
    rows += parts.length;
    if (rows > MOST_ROWS) break;
    const { path, level } = next;
    parts.forEach(([key, part], index) =>
      ahead.push({ path: `${path}/${key ?? index}`, value: part, level: level + 1 }),
    );
  }
  return open;
}

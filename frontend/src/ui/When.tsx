import { page } from "@/page";

import { exact, moment, relative } from "./time";

/** A time: "in 2 h 18 min", then "Sun 29 Mar, 03:00"; on hover all of it. */
export function When({ at, now, only }: { at: string; now: Date; only?: "relative" | "moment" }) {
  const date = new Date(at);
  const { zone } = page();
  const parts = [relative(date, now), moment(date, now, zone)];
  const text = only === "relative" ? parts[0] : only === "moment" ? parts[1] : parts.join(", ");
  return (
    <time dateTime={at} title={exact(date, zone)}>
      {text}
    </time>
  );
}

import { _ } from "@/gettext";
import type { Json, JsonObject } from "@/types/models";

export type Payload = { value: JsonObject } | { problem: string };

/** A payload as it is typed. Nothing is an empty object. */
export function payloadOf(text: string): Payload {
  if (!text.trim()) return { value: {} };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    return { problem: _("This is no JSON: %(message)s", { message: (error as Error).message }) };
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return { problem: _('The payload must be a JSON object, such as {"invoice": 4711}.') };
  }
  return { value };
}

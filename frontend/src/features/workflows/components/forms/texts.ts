/** Between a value and the text in its field. */

import { _, listed } from "@/gettext";
import type { Json, JsonSchema } from "@/types/models";

import { type TemplateKind, typesOf } from "./kinds";

/** A value, where `undefined` takes the field out; or why the text is none. */
export type Read = { value: Json | undefined } | { fault: string };

const MARKS = /\{[{%#]/;
const LONE = /^\s*\{\{(?:(?!\}\}|\{\{)[\s\S])*\}\}\s*$/;
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** What a field for texts, numbers, or both makes of a text. */
export function readSimple(text: string, schema: JsonSchema, template: TemplateKind | null): Read {
  const types = typesOf(schema);
  const word = text.trim();
  if (types.includes("integer") && /^-?\d+$/.test(word)) return { value: Number(word) };
  if (types.includes("number") && NUMBER.test(word)) return { value: Number(word) };
  if (types.includes("boolean") && /^(?:true|false)$/.test(word)) return { value: word === "true" };
  if (types.includes("string")) return { value: text };
  if (word === "") return { value: undefined };
  if (template === "value" && MARKS.test(text)) return { value: text };
  if (types.includes("number")) return { fault: _("A number, such as 20 or 0.5.") };
  return { fault: _("A whole number, such as 20.") };
}

export function writeSimple(value: Json | undefined): string {
  return value === undefined || value === null ? "" : String(value);
}

/** What a JSON field makes of a text. A lone `{{ expression }}` needs no quotes. */
export function readJson(text: string, schema: JsonSchema): Read {
  if (text.trim() === "") return { value: undefined };
  const types = typesOf(schema);
  const takesText = types.length === 0 || types.includes("string");
  if (takesText && LONE.test(text)) return { value: text.trim() };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    return { fault: invalidJson(error, text) };
  }
  if (types.length && !types.includes(typeName(value)) && !isWholeOf(value, types)) {
    const names = types.map((type) => TYPE_WORDS[type] ?? type);
    return { fault: _("Must be %(types)s.", { types: listed(names, "disjunction") }) };
  }
  return { value };
}

export function writeJson(value: Json | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string" && LONE.test(value)) return value;
  return JSON.stringify(value, null, 2);
}

const TYPE_WORDS: Record<string, string> = {
  object: _("a JSON object: { … }"),
  array: _("a list: [ … ]"),
  string: _("a text"),
  number: _("a number"),
  integer: _("a whole number"),
  boolean: _("true or false"),
};

function typeName(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

const isWholeOf = (value: Json, types: string[]) =>
  types.includes("integer") && Number.isInteger(value);

/** With the line, if the browser says where. */
function invalidJson(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : "";
  const position = /position (\d+)/.exec(message)?.[1];
  const line =
    /line (\d+)/.exec(message)?.[1] ??
    (position && text.slice(0, Number(position)).split("\n").length);
  if (line) return _("This is not valid JSON, in line %(line)s.", { line });
  return /end of|Unterminated/.test(message)
    ? _("This is not valid JSON: its end is missing.")
    : _("This is not valid JSON.");
}

/** What an emptied text is: nothing, unless an empty text is a value of its own. */
export function orNothing(read: Read, schema: JsonSchema, keepEmpty: boolean): Read {
  const isEmpty = "value" in read && read.value === "";
  return isEmpty && !(keepEmpty && !schema.minLength) ? { value: undefined } : read;
}

/** Whether a text has anything to render. */
export function hasTemplate(value: Json | undefined): boolean {
  if (typeof value === "string") return MARKS.test(value);
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some(hasTemplate);
}

/** The record that an agent leaves as its output: requests, tool calls, and what they cost. */

import { _ } from "@/gettext";
import type { Json, JsonObject } from "@/types/models";

export interface ModelCall {
  kind: "model";
  at: string;
  asked: string;
  model: string;
  answer: string;
  error: string;
  tokens: { input: number; output: number } | null;
  /** Undefined while it goes on. */
  seconds: number | undefined;
}

export interface ToolCall {
  kind: "tool";
  at: string;
  tool: string;
  arguments: Json;
  result: Json | undefined;
  isError: boolean;
  seconds: number | undefined;
}

export type AgentCall = ModelCall | ToolCall;

/** One request to the model with the tools that it then called. */
export interface Turn {
  request: ModelCall | null;
  tools: ToolCall[];
}

export interface Spent {
  name: string;
  used: number;
  limit: number | null;
}

const object = (value: Json | undefined): JsonObject =>
  value && typeof value === "object" && !Array.isArray(value) ? value : {};
const text = (value: Json | undefined) => (typeof value === "string" ? value : "");
const number = (value: Json | undefined) => (typeof value === "number" ? value : 0);

/** The calls of an output of an agent node; none if it holds no record. */
export function callsOf(output: Json): AgentCall[] {
  const calls = object(output).calls;
  return Array.isArray(calls) ? calls.map((each) => callOf(object(each))) : [];
}

/** How many calls the record had no room for. */
export const leftOut = (output: Json): number => number(object(output).calls_left_out);

function callOf(entry: JsonObject): AgentCall {
  const at = text(entry.at);
  const seconds = typeof entry.seconds === "number" ? entry.seconds : undefined;
  if (entry.kind === "tool") {
    const { arguments: given = null, result } = entry;
    const isError = entry.is_error === true;
    return { kind: "tool", at, tool: text(entry.tool), arguments: given, result, isError, seconds };
  }
  const tokens = object(entry.tokens);
  return {
    kind: "model",
    at,
    asked: text(entry.asked),
    model: text(entry.model),
    answer: text(entry.answer),
    error: text(entry.error),
    tokens: entry.tokens ? { input: number(tokens.input), output: number(tokens.output) } : null,
    seconds,
  };
}

/** The calls as turns: each request, and the tools that were called after it. */
export function turnsOf(calls: readonly AgentCall[]): Turn[] {
  const turns: Turn[] = [];
  for (const call of calls) {
    const last = turns.at(-1);
    if (call.kind === "model") turns.push({ request: call, tools: [] });
    else if (last) last.tools.push(call);
    else turns.push({ request: null, tools: [call] });
  }
  return turns;
}

/** What was used of the budget, which is in the configuration or the defaults of its schema. */
export function spentOf(output: Json, config: JsonObject, defaults: JsonObject): Spent[] {
  const usage = object(object(output).usage);
  if (!Object.keys(usage).length) return [];
  const limit = (name: string) => number(config[name] ?? defaults[name]) || null;
  const tokens = number(usage.input_tokens) + number(usage.output_tokens);
  return [
    { name: _("Requests"), used: number(usage.requests), limit: limit("max_requests") },
    { name: _("Tool calls"), used: number(usage.tool_calls), limit: limit("max_tool_calls") },
    { name: _("Tokens"), used: tokens, limit: limit("max_tokens") },
  ];
}

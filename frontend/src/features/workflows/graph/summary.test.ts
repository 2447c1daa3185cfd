import { describe, expect, it } from "vitest";

import type { JsonSchema, NodeType } from "@/types/models";

import { summaryOf } from "./summary";
import { node, typeOf } from "./testing";

const withFields = (properties: Record<string, JsonSchema>, required: string[] = []) =>
  ({ ...typeOf("step"), config_schema: { properties, required } }) as NodeType;

const http = withFields({ method: { default: "GET" }, url: { type: "string" } }, ["url"]);
const mail = withFields({ to: { type: "array" }, subject: { type: "string" } }, ["to", "subject"]);
const wait = withFields({ seconds: { type: "number", "x-unit": "s" } }, ["seconds"]);
const either = withFields({ text: { type: "string" }, json: { title: "JSON value" } });
const call = withFields({ workflow: { type: "string" }, payload: { title: "Payload" } }, [
  "workflow",
]);

describe("the line about a node", () => {
  it.each([
    ["method and address", http, { url: "https://api.example.com/invoices?x=1" }, "GET api.example.com/invoices"],
    ["another method", http, { method: "POST", url: "http://x.test" }, "POST x.test"],
    ["a list", mail, { to: ["a@x.test", "b@x.test"], subject: "Hi" }, "a@x.test, b@x.test"],
    ["the next field", mail, { to: [], subject: "Hi" }, "Hi"],
    ["a number with its unit", wait, { seconds: 60 }, "60 s"],
    ["a text on one line", either, { text: "Hello\n  world" }, "Hello world"],
    ["the name of a value", either, { json: { a: 1 } }, "JSON value"],
    ["no id of a row", call, { workflow: "0b0cbb0e-52a5-4a8f-9a35-d7d8ec3a2b6e" }, "Step"],
    ["the type where nothing is set", http, {}, "Step"],
    ["branches", typeOf("switch"), { cases: [{ port: "a", when: "x" }] }, "1 case and otherwise"],
    ["two branches", typeOf("switch"), { cases: [{ port: "a" }, { port: "b" }] }, "2 cases and otherwise"],
  ])("says %s", (_, type, config, line) => {
    expect(summaryOf(node("n", "step", config as never), type)).toBe(line);
  });

  it("says so of a type that the site does not have", () => {
    expect(summaryOf(node("n", "sms"), undefined)).toBe("sms: not on this site");
  });

  it("is the id where the name says the type already", () => {
    expect(summaryOf({ ...node("step_2"), label: "Step" }, typeOf("step"))).toBe("step_2");
  });

  it("is short", () => {
    expect(summaryOf(node("n", "step", { text: "x".repeat(500) }), either)).toHaveLength(80);
  });
});

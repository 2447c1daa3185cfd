import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { serve } from "@/ui/testing";

import { useFunctions } from "../../functions";
import { changeNode } from "../../graph/changes";
import { unfinishedIn } from "../../store/drafts";
import { useEditor } from "../../store/editor";
import { config, showForm } from "./testing";

beforeEach(() => void serve({}));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });
const unfinished = () =>
  unfinishedIn(useEditor.getState().history.now).map(({ nodeId, field }) => `${nodeId} ${field}`);
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const one = (name: string, schema: object, required: string[] = []) => ({
  properties: { [name]: schema },
  required,
});

describe("a text", () => {
  it("is labelled, says that it is optional, and explains itself", () => {
    showForm(one("subject", { type: "string", title: "Subject", description: "One line." }));
    const field = screen.getByLabelText(/Subject/);
    expect(field.closest(".o-field")!.textContent).toContain("optional");
    const help = document.getElementById(field.getAttribute("aria-describedby")!);
    expect(help!.textContent).toBe("One line.");
  });

  it("leaves the configuration when it is emptied", () => {
    showForm(one("subject", { type: "string" }), { subject: "a" });
    type(screen.getByLabelText(/Subject/), "");
    expect(config()).toEqual({});
  });

  it("stays empty where that is a value", () => {
    showForm(one("subject", { type: "string" }, ["subject"]), { subject: "a" });
    type(screen.getByLabelText("Subject"), "");
    expect(config()).toEqual({ subject: "" });
  });

  it("is one step of undo, however much is typed", () => {
    showForm(one("subject", { type: "string" }));
    for (const text of ["a", "ab", "abc"]) type(screen.getByLabelText(/Subject/), text);
    useEditor.getState().undo();
    expect(config()).toEqual({});
  });

  it("gets several lines when it is long, and shows its default", () => {
    showForm(one("body", { type: "string", "x-widget": "textarea", default: "Hello" }));
    const field = screen.getByLabelText(/Body/) as HTMLTextAreaElement;
    expect(field.tagName).toBe("TEXTAREA");
    expect(field.placeholder).toBe("Hello");
  });
});

describe("a number", () => {
  const schema = one("timeout", { type: "number", title: "Time limit", "x-unit": "s", default: 10 });

  it("has its unit and its default", () => {
    showForm(schema);
    expect(document.querySelector(".o-unit__word")!.textContent).toBe("s");
    expect((screen.getByLabelText(/Time limit/) as HTMLInputElement).placeholder).toBe("10");
  });

  it("is a number in the configuration, as it was typed in the field", () => {
    showForm(schema);
    type(screen.getByLabelText(/Time limit/), "1.");
    expect(config()).toEqual({ timeout: 1 });
    expect(screen.getByLabelText(/Time limit/)).toHaveProperty("value", "1.");
  });

  it("keeps what is no number, and says so", () => {
    showForm(schema, { timeout: 5 });
    type(screen.getByLabelText(/Time limit/), "5 min");
    expect(config()).toEqual({ timeout: 5 });
    expect(screen.getByLabelText(/Time limit/)).toHaveProperty("value", "5 min");
    expect(screen.getByText("A number, such as 20 or 0.5.")).toBeTruthy();
    expect(unfinished()).toEqual(["n timeout"]);
    useEditor.getState().change((graph) => changeNode(graph, "n", { config: { timeout: 7 } }));
    expect(unfinished()).toEqual([]);
  });

  it("may be a template where the type says so", () => {
    showForm(one("runs", { type: ["integer", "string"] }), {}, { value_templates: ["runs"] });
    type(screen.getByLabelText(/Runs/), "{{ trigger.payload.runs }}");
    expect(config()).toEqual({ runs: "{{ trigger.payload.runs }}" });
    type(screen.getByLabelText(/Runs/), "12");
    expect(config()).toEqual({ runs: 12 });
  });
});

describe("a choice", () => {
  it("is a list with its default", () => {
    showForm(one("method", { enum: ["GET", "POST", "PUT", "DELETE"], default: "GET" }));
    const field = screen.getByLabelText(/Method/) as HTMLSelectElement;
    expect(field.selectedOptions[0]!.textContent).toBe("GET (default)");
    type(field, "1");
    expect(config()).toEqual({ method: "POST" });
    type(field, "-1");
    expect(config()).toEqual({});
  });

  it("of few is a row", () => {
    showForm(one("mode", { enum: ["fast", "safe"], default: "safe" }));
    expect(screen.getByRole("radio", { name: "safe" })).toHaveProperty("checked", true);
    fireEvent.click(screen.getByRole("radio", { name: "fast" }));
    expect(config()).toEqual({ mode: "fast" });
  });

  it("of yes and no is a box", () => {
    showForm(one("signed", { type: "boolean", default: false, title: "Signed" }));
    const box = screen.getByRole("checkbox");
    fireEvent.click(box);
    expect(config()).toEqual({ signed: true });
    fireEvent.click(box);
    expect(config()).toEqual({});
  });
});

describe("a list", () => {
  it("of texts has a line each", () => {
    showForm(one("to", { type: "array", items: { type: "string", minLength: 1 }, title: "To" }));
    press("Add");
    type(screen.getByLabelText("To 1"), "ada@example.com");
    press("Add another");
    expect(config()).toEqual({ to: ["ada@example.com", ""] });
    press("Remove To 1");
    press("Remove To 1");
    expect(config()).toEqual({});
  });

  it("of numbers keeps its line while that is empty", () => {
    showForm(one("status", { type: "array", items: { type: "integer" } }), { status: [200] });
    type(screen.getByLabelText("Status 1"), "");
    expect(config()).toEqual({ status: [200] });
    type(screen.getByLabelText("Status 1"), "201");
    expect(config()).toEqual({ status: [201] });
  });

  it("of objects has a card each, in an order that can be changed", () => {
    const items = {
      type: "object",
      required: ["port"],
      properties: { port: { type: "string", title: "Branch", minLength: 1 } },
    };
    showForm(one("cases", { type: "array", items, title: "Cases", maxItems: 3 }, ["cases"]));
    press("Add");
    type(screen.getByLabelText("Branch"), "a");
    press("Add");
    type(screen.getAllByLabelText("Branch")[1]!, "b");
    press("Move case 2 up");
    expect(config()).toEqual({ cases: [{ port: "b" }, { port: "a" }] });
    press("Remove case 1");
    expect(config()).toEqual({ cases: [{ port: "a" }] });
    press("Add");
    press("Add");
    expect(screen.getByRole("button", { name: "Add" })).toHaveProperty("disabled", true);
  });
});

describe("an object", () => {
  it("with known fields is a group", () => {
    showForm(one("range", { type: "object", properties: { from: { type: "integer" } } }));
    type(within(screen.getByRole("group", { name: /Range/ })).getByLabelText(/From/), "3");
    expect(config()).toEqual({ range: { from: 3 } });
  });

  it("with free names is a table", () => {
    showForm(one("headers", { type: "object", additionalProperties: { type: "string" } }));
    press("Add a header");
    const name = screen.getByLabelText("Name of the new header");
    type(name, "Accept");
    fireEvent.keyDown(name, { key: "Enter" });
    type(screen.getByLabelText("Value of Accept"), "text/plain");
    expect(config()).toEqual({ headers: { Accept: "text/plain" } });
    const renamed = screen.getByLabelText("Name of the header");
    type(renamed, "Accept-Language");
    fireEvent.blur(renamed);
    expect(config()).toEqual({ headers: { "Accept-Language": "text/plain" } });
    press("Remove Accept-Language");
    expect(config()).toEqual({});
  });
});

describe("JSON", () => {
  const schema = one("json", { "x-widget": "code", title: "JSON value" });
  const field = () => screen.getByLabelText(/JSON value/) as HTMLTextAreaElement;

  it("is checked as it is typed, and kept when it is not valid", () => {
    showForm(schema, { json: { a: 1 } });
    type(field(), '{"a": 1,\n "b": }');
    expect(config()).toEqual({ json: { a: 1 } });
    expect(field().value).toBe('{"a": 1,\n "b": }');
    expect(field().getAttribute("aria-invalid")).toBe("true");
    expect(screen.getByText(/not valid JSON/)).toBeTruthy();
  });

  it("keeps invalid text when another node is chosen meanwhile", () => {
    showForm(schema);
    type(field(), "{ oh");
    cleanup();
    expect(unfinished()).toEqual(["n json"]);
    expect(config()).toEqual({});
  });

  it("is as it was typed until the field is left, then in order", () => {
    showForm(schema);
    type(field(), '{"a":1}');
    expect(field().value).toBe('{"a":1}');
    expect(config()).toEqual({ json: { a: 1 } });
    fireEvent.blur(field());
    expect(field().value).toBe('{\n  "a": 1\n}');
  });

  it("takes a lone expression without quotes", () => {
    showForm(schema, {}, { value_templates: ["json"] });
    type(field(), "{{ nodes.before.output }}");
    expect(config()).toEqual({ json: "{{ nodes.before.output }}" });
    expect(field().value).toBe("{{ nodes.before.output }}");
  });

  it("of a wrong kind is refused in words", () => {
    showForm(one("schema", { type: "object", "x-widget": "code" }));
    type(screen.getByLabelText(/Schema/), "[1]");
    expect(screen.getByText(/Must be a JSON object/)).toBeTruthy();
  });

  it("shows a value that its field could not", () => {
    showForm(one("to", { type: "array", items: { type: "string" } }), { to: { a: 1 } });
    expect(screen.getByLabelText(/To/)).toHaveProperty("value", '{\n  "a": 1\n}');
  });
});

describe("one of two fields", () => {
  const schema = {
    minProperties: 1,
    maxProperties: 1,
    properties: { text: { type: "string", title: "Text" }, json: { title: "JSON value" } },
  };

  it("is chosen in a row, and only the chosen one is shown", () => {
    showForm(schema, { text: "Hello" });
    expect(screen.getByRole("radio", { name: "Text" })).toHaveProperty("checked", true);
    fireEvent.click(screen.getByRole("radio", { name: "JSON value" }));
    expect(config()).toEqual({ text: "Hello" });
    press("Remove it");
    expect(config()).toEqual({});
  });
});

describe("a function", () => {
  const schema = {
    properties: {
      function: { type: "string", "x-widget": "function", title: "Function" },
      arguments: { type: "object", "x-widget": "code", title: "Arguments" },
    },
    required: ["function"],
  };
  const rate = {
    name: "exchange_rate",
    description: "The rate of a currency.",
    arguments_schema: {
      type: "object",
      required: ["currency"],
      properties: { currency: { type: "string" }, days: { anyOf: [{ type: "integer" }, { type: "null" }] } },
    },
  };

  it("is chosen by its name, and its arguments become fields", async () => {
    useFunctions.setState({ list: [rate] });
    showForm(schema, {}, { value_templates: ["arguments"] });
    type(screen.getByLabelText("Function"), "exchange_rate");
    expect(await screen.findByText("The rate of a currency.")).toBeTruthy();
    type(screen.getByLabelText(/Currency/), "SEK");
    type(screen.getByLabelText(/Days/), "{{ trigger.payload.days }}");
    expect(config()).toEqual({
      function: "exchange_rate",
      arguments: { currency: "SEK", days: "{{ trigger.payload.days }}" },
    });
  });

  it("is found by the last part of its name, as workflows name it that were drawn before", () => {
    useFunctions.setState({ list: [{ ...rate, name: "shop.tasks.exchange_rate" }] });
    showForm(schema, { function: "exchange_rate" });
    expect((screen.getByLabelText("Function") as HTMLSelectElement).value).toBe("shop.tasks.exchange_rate");
    expect(screen.getByLabelText(/Currency/)).toBeTruthy();
  });

  it("takes all its arguments from one expression", () => {
    useFunctions.setState({ list: [rate] });
    showForm(schema, { function: "exchange_rate", arguments: "{{ trigger.payload }}" });
    expect(screen.queryByLabelText(/Currency/)).toBeNull();
    expect(screen.getByDisplayValue("{{ trigger.payload }}")).toBeTruthy();
  });

  it("that the site has not is named", () => {
    useFunctions.setState({ list: [rate] });
    showForm(schema, { function: "gone" });
    expect(screen.getByText("This site has no function “gone”.")).toBeTruthy();
  });
});

describe("a tool of an agent", () => {
  it("says what its model fills in", async () => {
    showForm({ properties: { url: { type: "string", title: "Address" }, tool_name: { type: "string" } } });
    useEditor.getState().change((graph) => ({
      ...graph,
      edges: [{ source: "n", target: "before", source_port: "out", kind: "tool" }],
    }));
    expect(await screen.findByText(/Its model fills in what is empty here: Address\./)).toBeTruthy();
    expect(screen.getByText("left to the model")).toBeTruthy();
    type(screen.getByLabelText(/Address/), "https://example.com");
    expect(screen.getByText(/its model fills in none/)).toBeTruthy();
  });
});

describe("a secret", () => {
  it("is never shown, only replaced", () => {
    showForm(one("token", { type: "string", "x-widget": "secret", title: "Token" }), { token: "hunter2" });
    const field = screen.getByLabelText(/Token/) as HTMLInputElement;
    expect(document.body.innerHTML).not.toContain("hunter2");
    type(field, "new");
    fireEvent.blur(field);
    expect(config()).toEqual({ token: "new" });
    expect(field.value).toBe("");
  });
});

describe("a form that may not be changed", () => {
  it("is the same form, disabled", async () => {
    showForm(one("subject", { type: "string" }), { subject: "Hello" });
    useEditor.setState({ mayChange: false });
    await waitFor(() => expect(screen.getByLabelText(/Subject/)).toHaveProperty("disabled", true));
    expect(screen.getByLabelText(/Subject/)).toHaveProperty("value", "Hello");
  });
});

it("follows the node when it is changed elsewhere", async () => {
  showForm(one("subject", { type: "string" }), { subject: "a" });
  useEditor.getState().change((graph) => changeNode(graph, "n", { config: { subject: "b" } }));
  await waitFor(() => expect(screen.getByLabelText(/Subject/)).toHaveProperty("value", "b"));
});

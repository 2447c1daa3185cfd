import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { serve } from "@/ui/testing";

import { useLastRun } from "../../lastRun";
import { config, runWas, showForm } from "./testing";

beforeEach(() => void serve({}));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const one = (name: string, schema: object) => ({ properties: { [name]: schema } });

describe("completion", () => {
  const show = () => {
    runWas({ days: 10, region: "nordics" }, { status: 200 });
    showForm(one("url", { type: "string", title: "Address" }), {}, { text_templates: ["url"] });
    return screen.getByLabelText(/Address/) as HTMLTextAreaElement;
  };
  const typed = (field: HTMLTextAreaElement, text: string) => {
    // The caret is where a browser leaves it.
    fireEvent.change(field, { target: { value: text } });
    field.setSelectionRange(text.length, text.length);
    fireEvent.click(field);
  };

  it("offers what the node knows, and is driven by the keyboard", () => {
    const field = show();
    typed(field, "days={{ trigger.pay");
    const options = screen.getAllByRole("option");
    expect(options.map((each) => each.textContent)).toEqual([
      "trigger.payload.days10",
      'trigger.payload.region"nordics"',
      "trigger.payload2 fields",
    ]);
    fireEvent.keyDown(field, { key: "ArrowDown" });
    expect(field.getAttribute("aria-activedescendant")).toBe(options[1]!.id);
    fireEvent.keyDown(field, { key: "Enter" });
    expect(config()).toEqual({ url: "days={{ trigger.payload.region }}" });
    expect(screen.queryByRole("listbox")).toBeNull();
  });

  it("offers outputs of earlier nodes, not of the node itself", () => {
    const field = show();
    typed(field, "{{ nodes.");
    const texts = screen.getAllByRole("option").map((each) => each.textContent);
    expect(texts).toEqual(["nodes.before.output1 field"]);
  });

  it("is closed by Escape, which goes no further", () => {
    const field = show();
    const outside = vi.fn();
    document.addEventListener("keydown", outside);
    typed(field, "{{ tri");
    fireEvent.keyDown(field, { key: "Escape" });
    expect(screen.queryByRole("listbox")).toBeNull();
    document.removeEventListener("keydown", outside);
    expect(config()).toEqual({ url: "{{ tri" });
  });

  it("is taken with the mouse as well", () => {
    const field = show();
    typed(field, "{{ trigger.payload.d");
    fireEvent.mouseDown(screen.getByRole("option"));
    expect(config()).toEqual({ url: "{{ trigger.payload.days }}" });
  });
});

describe("the preview of a template", () => {
  const schema = one("url", { type: "string", title: "Address" });

  it("is asked for once typing rests, and shows what came", async () => {
    runWas({}, {});
    const send = serve({ "POST /api/workflows/w1/render/": { result: "days=10", problem: null, execution: "e1" } });
    showForm(schema, {}, { text_templates: ["url"] });
    const field = screen.getByLabelText(/Address/);
    fireEvent.focus(field);
    type(field, "{{ a");
    type(field, "{{ a }}");
    expect(await screen.findByText("days=10")).toBeTruthy();
    expect(send.map(({ body }) => body)).toEqual([{ value: "{{ a }}", kind: "text" }]);
  });

  it("says that a condition holds", async () => {
    runWas({}, {});
    serve({ "POST /api/workflows/w1/render/": { result: true, problem: null, execution: "e1" } });
    showForm(schema, { url: "1 > 0" }, { condition_fields: ["url"] });
    fireEvent.focus(screen.getByLabelText(/Address/));
    expect(await screen.findByText("holds for the last run")).toBeTruthy();
  });

  it("says that there is no run yet, and asks nobody", () => {
    runWas({}, {});
    useLastRun.setState({ run: null, isKnown: true });
    const send = serve({});
    showForm(schema, { url: "{{ a }}" }, { text_templates: ["url"] });
    press("Show it with the last run");
    expect(screen.getByText(/no finished run yet/)).toBeTruthy();
    expect(send).toEqual([]);
  });
});

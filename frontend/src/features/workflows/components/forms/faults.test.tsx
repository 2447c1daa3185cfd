import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { serve } from "@/ui/testing";

import { graphOf, useEditor } from "../../store/editor";
import { showForm } from "./testing";

beforeEach(() => void serve({}));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const type = (field: HTMLElement, value: string) => fireEvent.change(field, { target: { value } });
const one = (name: string, schema: object) => ({ properties: { [name]: schema } });

describe("a fault", () => {
  const schema = one("cases", {
    type: "array",
    title: "Cases",
    items: { type: "object", properties: { when: { type: "string", title: "When" } } },
  });

  it("stands at its field in the words of the server, until that is edited", () => {
    showForm(schema, { cases: [{ when: "1 +" }] });
    const sentence = "The condition has an error in line 1: unexpected end.";
    useEditor.getState().setProblems({ "nodes[0].config.cases[0].when": [sentence] });
    return waitFor(() => {
      const field = screen.getByLabelText(/When/);
      expect(field.getAttribute("aria-invalid")).toBe("true");
      expect(document.getElementById(field.getAttribute("aria-describedby")!)!.textContent).toBe(sentence);
    }).then(async () => {
      expect(screen.getByRole("status").textContent).toContain("One field keeps");
      type(screen.getByLabelText(/When/), "1");
      await waitFor(() => expect(screen.queryByText(sentence)).toBeNull());
      expect(screen.queryByRole("status")).toBeNull();
    });
  });

  it("that no field shows stands above them", async () => {
    showForm(schema);
    useEditor.getState().setProblems({ "nodes[0].config.odd": ["This field does not exist."] });
    expect((await screen.findByRole("status")).textContent).toContain("odd: This field does not exist.");
  });

  it("stays at its node when others are removed", async () => {
    showForm(schema, { cases: [{ when: "x" }] });
    const graph = graphOf(useEditor.getState());
    const sent = { ...graph, nodes: [...graph.nodes].reverse() };
    useEditor.getState().setProblems({ "nodes[1].config.cases[0].when": ["Wrong."] }, sent);
    expect(await screen.findByText("Wrong.")).toBeTruthy();
  });
});

import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { addEdge, addNode, configure } from "../graph/changes";
import type { Graph } from "../graph/model";
import { flow, graphWith, node } from "../graph/testing";
import { conflictOf } from "./conflict";
import { ConflictDialog } from "./ConflictDialog";
import type { Decision } from "./store";
import { begin } from "./testing";

const base = graphWith([node("begin", "trigger_manual"), node("fetch", "http_request", { timeout: 10 })]);
const since = { by: "jonas", at: "2026-03-29T23:39:00Z", number: 15 };

beforeEach(() => begin(base));
afterEach(cleanup);

function show(mine: Graph, theirs: Graph, given = since) {
  const decided: Decision[] = [];
  const of = (graph: Graph, graphVersion: number) => ({ graph, graphVersion, etag: null });
  const conflict = conflictOf(of(base, 14), mine, of(theirs, 15), { since: given, isRestore: false });
  render(<ConflictDialog conflict={conflict} onDecide={(decision) => decided.push(decision)} />);
  return decided;
}

const cells = (name: string) => {
  const row = screen.getByText(name).closest("tr");
  if (!row) throw new Error(`No row of ${name}.`);
  return within(row)
    .getAllByRole("cell")
    .map((cell) => cell.textContent?.trim());
};

describe("the dialog of a conflict", () => {
  it("says who saved, and what each changed", () => {
    const mine = configure(base, "fetch", { timeout: 20 });
    const theirs = addNode(configure(base, "fetch", { timeout: 30 }), node("write", "template"));
    show(mine, theirs);
    expect(screen.getByRole("heading").textContent).toMatch(/^jonas saved this workflow/);
    expect(screen.getByText(/Version 15 was saved at .*23:39.*based on version 14/)).toBeTruthy();
    expect(cells("fetch")).toEqual(["fetch", "Time limit: 20", "Time limit: 30"]);
    expect(cells("write")).toEqual(["write", "as before", "added"]);
    expect(screen.getByText(/You both changed one node/)).toBeTruthy();
    expect(screen.getByText(/Keeping yours overwrites fetch \(Time limit: 30\); write \(added\)/)).toBeTruthy();
  });

  it("has a row for connections, and says that both can be kept where they can", () => {
    const mine = configure(base, "fetch", { timeout: 20 });
    show(mine, addEdge(base, flow("begin", "fetch")));
    expect(cells("Connections")).toEqual(["Connections", "as before", "1 added"]);
    expect(screen.getByText(/Merging keeps both/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Merge and save" })).toBeTruthy();
  });

  it("knows the user's own save in another window", () => {
    show(configure(base, "fetch", { timeout: 2 }), configure(base, "fetch", {}), { ...since, by: "ada" });
    expect(screen.getByRole("heading").textContent).toBe("You saved this workflow in another window");
  });

  it.each([
    ["Keep editing", "stop"],
    ["Keep mine", "mine"],
    ["Take theirs", "theirs"],
    ["Merge and review", "merge"],
  ])("does what “%s” says", (label, decision) => {
    const theirs = configure(base, "fetch", { timeout: 30 });
    const decided = show(configure(base, "fetch", { timeout: 20 }), theirs);
    fireEvent.click(screen.getByRole("button", { name: label }));
    expect(decided).toEqual([decision]);
  });

  it("shows markup in names as text", () => {
    const theirs = addNode(base, { ...node("x", "template"), label: "<img src=x onerror=alert(1)>" });
    show(configure(base, "fetch", { timeout: 20 }), theirs);
    expect(cells("<img src=x onerror=alert(1)>")[2]).toBe("added");
    expect(document.querySelector("img")).toBeNull();
  });
});

import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { addNode, configure } from "../graph/changes";
import { flow, graphWith, node } from "../graph/testing";
import { accept, type Answer, begin, document as saved, draw, held, json, now, question, refused, said, serve } from "../saving/testing";
import { save } from "../saving/save";
import { graphOf, isChanged, useEditor } from "../store/editor";
import { closeVersions, lookAt, openVersions, restore, useVersions } from "./store";
import { VersionBanner, VersionsPanel } from "./VersionsPanel";

const old = graphWith([node("begin", "trigger_manual"), node("a", "template")], [flow("begin", "a")]);
const current = configure(addNode(old, node("b", "template")), "a", { text: "new" });
const entry = (number: number, more = {}) => ({
  number,
  saved_at: "2026-03-29T23:39:00Z",
  saved_by: "jonas",
  note: "",
  nodes: 2,
  edges: 1,
  is_current: false,
  ...more,
});
const list = () => json({ results: [entry(2, { is_current: true }), entry(1, { note: "before the fair" })] });

beforeEach(() => {
  begin(current);
  useEditor.getState().markSaved({ graph: current, graphVersion: 2, etag: '"g2"' });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const shown = () => useEditor.getState();

describe("the versions", () => {
  it("are listed, looked at without a change of what is drawn, and compared with it", async () => {
    const asked = serve(list, () => json({ ...entry(1), graph: old }));
    draw((graph) => configure(graph, "b", { text: "unsaved" }));
    const drawn = now();
    await openVersions();
    render(
      <>
        <VersionBanner />
        <VersionsPanel />
      </>,
    );
    expect(screen.getByText("before the fair")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: /Look at it/ }));
    expect(await screen.findByText(/You are looking at version 1 of 2/)).toBeTruthy();
    expect(asked[1]?.url).toBe("/api/workflows/w1/versions/1/");
    expect(graphOf(shown()).nodes).toHaveLength(2);
    expect(shown().mayChange).toBe(false);
    expect(screen.getByText("b: added")).toBeTruthy();
    expect(screen.getByText(/^a: Text/i)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Back" }));
    expect(graphOf(shown())).toBe(drawn);
    expect(shown().mayChange).toBe(true);
  });

  it("are not shown any more when the list was closed before they came", async () => {
    const { answer, tell } = held();
    serve(answer);
    const looking = lookAt(1);
    closeVersions();
    tell(json({ ...entry(1), graph: old }));
    await looking;
    expect([shown().looked, useVersions.getState().shown]).toEqual([null, null]);
  });

  it("are restored as a new save, with what was drawn one undo away", async () => {
    const asked = serve(() => saved(old, 3), list);
    draw((graph) => configure(graph, "b", { text: "unsaved" }));
    const drawn = now();
    await restore(1);
    expect(asked[0]).toMatchObject({ method: "POST", url: "/api/workflows/w1/versions/1/restore/" });
    expect(asked[0]?.headers["If-Match"]).toBe('"g2"');
    expect(isChanged(shown())).toBe(false);
    expect(now().nodes).toHaveLength(2);
    expect(said()).toEqual(["Restored version 1 as version 3."]);
    shown().undo();
    expect(now().nodes).toHaveLength(drawn.nodes.length);
  });

  it("are restored before a save that is asked for meanwhile", async () => {
    const { answer, tell } = held();
    const asked = serve(answer, list);
    draw((graph) => configure(graph, "b", { text: "unsaved" }));
    const restored = restore(1);
    const saving = save();
    tell(saved(old, 3));
    await restored;
    expect(await saving).toBe(true);
    expect(asked.map(({ method }) => method)).toEqual(["POST", "GET"]);
    expect(isChanged(shown())).toBe(false);
  });

  it("do not keep a save that waits from going on, if they cannot be restored", async () => {
    const cannot = () => refused(400, "invalid", "This version cannot be restored.");
    const either: Answer = (one) => (one.method === "PUT" ? accept(3)(one) : list());
    const asked = serve(cannot, either, either);
    draw((graph) => configure(graph, "b", { text: "unsaved" }));
    const restored = restore(1);
    expect(await save()).toBe(true);
    await restored;
    expect(asked.map(({ method }) => method).sort()).toEqual(["GET", "POST", "PUT"]);
    expect(isChanged(shown())).toBe(false);
  });

  it("are restored after the question about schedules", async () => {
    const orphans = () => refused(409, "would_orphan_schedules", "1", { orphan_schedules: ["n"] });
    const asked = serve(orphans, () => saved(old, 3), list);
    const done = restore(1);
    (await question("orphans")).answer("again");
    await done;
    expect(asked[1]?.url).toBe("/api/workflows/w1/versions/1/restore/?orphan_schedules=true");
  });

  it("are not restored over a save that nobody has seen", async () => {
    const theirs = addNode(current, node("theirs", "template"));
    const stale = () => refused(412, "precondition_failed", "It has changed.");
    serve(stale, () => saved(theirs, 3), list, list);
    await restore(1);
    expect(said().at(-1)).toMatch(/Someone saved in the meantime/);
    expect(now().nodes.map((each) => each.node_id)).toContain("theirs");
    expect(shown().saved.graphVersion).toBe(3);
  });

  it("say why they cannot be read", async () => {
    serve(() => refused(503, "unavailable", "The database is away."), list);
    await openVersions();
    render(<VersionsPanel />);
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(useVersions.getState().problem).toBeNull());
    expect(await screen.findByText("before the fair")).toBeTruthy();
  });
});

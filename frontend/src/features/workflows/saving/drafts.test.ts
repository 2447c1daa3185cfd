import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { addNode, configure } from "../graph/changes";
import { decode, draftKey, encode, MAX_DRAFT } from "../graph/draft";
import type { Graph } from "../graph/model";
import { graphWith, node } from "../graph/testing";
import { isChanged, useEditor } from "../store/editor";
import { useVersions } from "../versions/store";
import { discardDraft, findDrafts, keepDraft, keepDrafts, restoreDraft, useDrafts } from "./drafts";
import { save } from "./save";
import { accept, begin, draw, held, json, now, question, said, serve } from "./testing";

const base = graphWith([node("begin", "trigger_manual"), node("a", "template")]);
const drawn = addNode(base, node("b", "template"));
const AT = new Date("2026-03-29T12:40:00Z");

beforeEach(() => {
  localStorage.clear();
  begin(base);
  useDrafts.setState({ offers: [] });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** As another visit of the page left it. */
function left(graph: Graph, from = base, tab = "earlier", at = AT): string {
  const key = draftKey("ada", "w1", tab);
  const text = encode({ at: at.toISOString(), base: { graph: from, graphVersion: 1, etag: '"g1"' }, graph });
  localStorage.setItem(key, text ?? "");
  return key;
}
const kept = () => Object.values({ ...localStorage }).map((text) => decode(text as string));
const offer = () => {
  const [first] = useDrafts.getState().offers;
  if (!first) throw new Error("No draft is offered.");
  return first;
};

describe("the draft of a tab", () => {
  it("is kept a moment after each change, and let go with a save", () => {
    vi.useFakeTimers();
    const stop = keepDrafts();
    draw(() => drawn);
    expect(kept()).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(kept()[0]).toMatchObject({ graph: drawn, base: { graphVersion: 1 } });
    useEditor.getState().markSaved({ graph: drawn, graphVersion: 2, etag: null });
    vi.advanceTimersByTime(1_000);
    expect(kept()).toEqual([]);
    stop();
  });

  it("is kept when the page goes before the moment has passed", () => {
    vi.useFakeTimers();
    const stop = keepDrafts();
    draw(() => drawn);
    window.dispatchEvent(new Event("pagehide"));
    expect(kept()[0]?.graph).toEqual(drawn);
    stop();
  });

  it("says so when it is too large, once", () => {
    draw((graph) => configure(graph, "a", { text: "x".repeat(MAX_DRAFT) }));
    keepDraft();
    keepDraft();
    expect(said()).toEqual([expect.stringMatching(/too large to be kept/)]);
    expect(kept()).toEqual([]);
  });

  it("says so when the browser has no room", () => {
    draw(() => drawn);
    keepDraft();
    expect(kept()).toHaveLength(1);
    const real = localStorage;
    vi.stubGlobal("localStorage", {
      removeItem: (key: string) => real.removeItem(key),
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    });
    draw((graph) => configure(graph, "b", { text: "later" }));
    keepDraft();
    vi.unstubAllGlobals();
    expect(said()).toEqual([expect.stringMatching(/too large to be kept/)]);
    expect(kept()).toEqual([]);
  });
});

describe("drafts of earlier visits", () => {
  it("are offered newest first, without those of other people, workflows and times", async () => {
    left(drawn);
    left(drawn, base, "later", new Date("2026-03-29T13:00:00Z"));
    left(drawn, base, "old", new Date("2026-01-01T00:00:00Z"));
    localStorage.setItem(draftKey("tom", "w1", "x"), "{}");
    localStorage.setItem(draftKey("ada", "w1", "broken"), "{");
    await findDrafts(new Date("2026-03-29T14:00:00Z"));
    expect(useDrafts.getState().offers.map(({ key }) => key.split(":").at(-1))).toEqual(["later", "earlier"]);
    expect(localStorage.getItem(draftKey("ada", "w1", "broken"))).toBeNull();
    expect(localStorage.getItem(draftKey("tom", "w1", "x"))).toBe("{}");
  });

  it("are not offered while another tab still writes them", async () => {
    const key = left(drawn);
    vi.stubGlobal("navigator", { locks: { query: async () => ({ held: [{ name: key }] }) } });
    await findDrafts(AT);
    expect(useDrafts.getState().offers).toEqual([]);
  });

  it("are drawn again, as unsaved, and without a word from the server", async () => {
    serve();
    const key = left(drawn);
    await findDrafts(AT);
    await restoreDraft(offer());
    expect(now().nodes).toEqual(drawn.nodes);
    expect(isChanged(useEditor.getState())).toBe(true);
    expect(useDrafts.getState().offers).toEqual([]);
    expect(localStorage.getItem(key)).toBeNull();
    expect(kept()[0]?.graph.nodes).toEqual(drawn.nodes);
  });

  it.each([1, null])("are drawn in place of an old version, or of a run of one", async (shown) => {
    left(drawn);
    await findDrafts(AT);
    useEditor.getState().look(base);
    useVersions.setState({ shown });
    await restoreDraft(offer());
    expect(useVersions.getState().shown).toBeNull();
    expect(now().nodes).toEqual(drawn.nodes);
    expect(kept()).toHaveLength(1);
  });

  it("stand against what others saved meanwhile", async () => {
    serve(() => json({ results: [] }));
    left(configure(base, "a", { text: "mine" }));
    const theirs = configure(base, "a", { text: "theirs" });
    useEditor.getState().load({ graph: theirs, graphVersion: 2, etag: '"g2"' }, true);
    await findDrafts(AT);
    const restored = restoreDraft(offer());
    const { question: found, answer } = await question("conflict");
    expect(found.conflict.isRestore).toBe(true);
    answer("mine");
    await restored;
    expect(now().nodes[1]?.config).toEqual({ text: "mine" });
    expect(useEditor.getState().saved.etag).toBe('"g2"');
  });

  it("are merged with what others saved before a save goes on", async () => {
    const { answer, tell } = held();
    const asked = serve(answer, accept(3));
    const theirs = configure(base, "a", { text: "theirs" });
    left(drawn);
    useEditor.getState().load({ graph: theirs, graphVersion: 2, etag: '"g2"' }, true);
    await findDrafts(AT);
    const restored = restoreDraft(offer());
    const saved = save();
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    tell(json({ results: [] }));
    (await question("conflict")).answer("merge");
    await restored;
    expect(await saved).toBe(true);
    expect(asked.at(-1)).toMatchObject({ method: "PUT", headers: { "If-Match": '"g2"' } });
    expect(now().nodes.map((each) => each.config)).toEqual([{}, { text: "theirs" }, {}]);
  });

  it("can be discarded", async () => {
    const key = left(drawn);
    await findDrafts(AT);
    discardDraft(key);
    expect(useDrafts.getState().offers).toEqual([]);
    expect(localStorage.getItem(key)).toBeNull();
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { page } from "@/page";
import { useMessages } from "@/ui/messages";

import { addNode, configure, removeNodes } from "../graph/changes";
import { countChanges } from "../graph/same";
import { flow, graphWith, node } from "../graph/testing";
import { useDrafts } from "../store/drafts";
import { isChanged, useEditor } from "../store/editor";
import { save } from "./save";
import { ask, useSaving } from "./store";
import { accept, type Asked, begin, document as saved, draw, held, json, now, PAGE, question, refused, said, serve } from "./testing";

const base = graphWith([node("begin", "trigger_manual"), node("a", "template")], [flow("begin", "a")]);
const isUnsaved = () => isChanged(useEditor.getState());
const versions = (number: number, by = "jonas") => () =>
  json({ results: [{ number, saved_at: "2026-03-29T23:39:00Z", saved_by: by, is_current: true }] });

beforeEach(() => begin(base));
afterEach(() => vi.unstubAllGlobals());

describe("a save", () => {
  it("sends nothing when nothing has changed", async () => {
    const asked = serve();
    expect(await save()).toBe(true);
    expect(asked).toEqual([]);
    expect(said()).toEqual(["Nothing to save."]);
  });

  it("sends the graph with the version that it is based on, and takes over new keys", async () => {
    const asked = serve(accept(2));
    draw((graph) => addNode(graph, node("b", "template")));
    expect(await save({ note: "why" })).toBe(true);
    expect(asked[0]).toMatchObject({ method: "PUT", url: "/api/workflows/w1/graph/" });
    expect(asked[0]?.headers["If-Match"]).toBe('"g1"');
    expect(asked[0]?.body?.version_note).toBe("why");
    const positions = Object.fromEntries(base.nodes.map((each) => [each.node_id, each.position]));
    expect(asked[0]?.body?.layout_before).toEqual({ positions, notes: [] });
    expect(now().nodes[2]).toMatchObject({ node_id: "b", id: 3 });
    expect(useEditor.getState().saved).toMatchObject({ graphVersion: 2, etag: '"g2"' });
    expect(isUnsaved()).toBe(false);
    useEditor.getState().undo();
    expect(now().nodes[0]?.id).toBe(1);
  });

  it("keeps what is drawn while it is under way, as unsaved", async () => {
    const { answer, tell } = held();
    serve(answer);
    draw((graph) => configure(graph, "a", { text: "sent" }));
    const sent = now();
    const done = save();
    await vi.waitFor(() => expect(useSaving.getState().isSaving).toBe(true));
    draw((graph) => addNode(graph, node("meanwhile", "template")));
    tell(saved(sent, 2));
    expect(await done).toBe(true);
    expect(now().nodes.map((each) => each.node_id)).toEqual(["begin", "a", "meanwhile"]);
    expect(isUnsaved()).toBe(true);
    expect(useSaving.getState().isSaving).toBe(false);
  });

  it("waits for another one, and then saves what was drawn since", async () => {
    const asked = serve(accept(2), accept(3));
    draw((graph) => configure(graph, "a", { text: "one" }));
    const first = save();
    draw((graph) => configure(graph, "a", { text: "two" }));
    expect(await Promise.all([first, save(), save()])).toEqual([true, true, true]);
    expect(asked.map(({ headers }) => headers["If-Match"])).toEqual(['"g1"', '"g2"']);
    expect(isUnsaved()).toBe(false);
  });

  it("of positions alone takes over what others saved meanwhile", async () => {
    const theirs = addNode(base, node("theirs", "template"));
    serve(() => saved(theirs, 5));
    draw((graph) => ({ ...graph, nodes: graph.nodes.map((each) => ({ ...each, position: { x: 9, y: 9 } })) }));
    await save();
    expect(now().nodes.map((each) => each.node_id)).toContain("theirs");
    expect(useEditor.getState().saved.graphVersion).toBe(5);
    expect(said()).toEqual(["Saved."]); // the version is not one's own
  });
});

describe("a save with an unfinished text", () => {
  const text = { text: "{ oh", fault: "This is not valid JSON.", base: undefined };

  it("sends nothing, names the field and leads to its node", async () => {
    const asked = serve();
    useDrafts.getState().keep("a", ["json"], text);
    expect(await save()).toBe(false);
    expect(asked).toEqual([]);
    const { title, items } = useSaving.getState().findings ?? { title: "", items: [] };
    expect(title).toBe("Not saved: 1 field is unfinished");
    expect(items).toMatchObject([{ nodeId: "a", field: "json", text: expect.stringMatching(/: This is not valid JSON.$/) }]);
    expect([...useEditor.getState().selection.nodes]).toEqual(["a"]);
  });

  it("goes on once the text is finished, or its node is gone", async () => {
    const asked = serve(accept(2), accept(3));
    useDrafts.getState().keep("a", ["json"], text);
    draw((graph) => configure(graph, "a", { json: {} }));
    expect(await save()).toBe(true);
    useDrafts.getState().keep("begin", ["number"], { ...text, base: undefined });
    draw((graph) => removeNodes(graph, new Set(["begin"])));
    expect(await save()).toBe(true);
    expect(asked).toHaveLength(2);
  });
});

describe("saves that wait", () => {
  it("are one, with the note of whoever gave one", async () => {
    const { answer, tell } = held();
    const asked = serve(answer, accept(3));
    draw((graph) => configure(graph, "a", { text: "first" }));
    const first = save();
    draw((graph) => configure(graph, "a", { text: "second" }));
    const others = [save(), save({ note: "as asked" }), save()];
    tell(await accept(2)(asked[0] as Asked));
    expect(await Promise.all([first, ...others])).toEqual([true, true, true, true]);
    expect(asked.map(({ body }) => body?.version_note)).toEqual([undefined, "as asked"]);
  });
});

describe("a refused save", () => {
  it("names the things to fix at their nodes", async () => {
    serve(() =>
      refused(400, "invalid", "Wrong.", {
        "nodes[1].config.text": ["Too long."],
        "edges[0]": ["It leads nowhere."],
        nodes: ["A workflow needs a trigger."],
      }),
    );
    draw((graph) => configure(graph, "a", { text: "x" }));
    expect(await save()).toBe(false);
    const { title, items } = useSaving.getState().findings ?? { title: "", items: [] };
    expect(title).toBe("3 things to fix");
    expect(items).toEqual([
      { nodeId: "a", name: "a", field: "text", text: "Text: Too long." },
      { nodeId: "begin", name: "begin to a", field: "", text: "It leads nowhere." },
      { nodeId: null, name: "The workflow", field: "", text: "A workflow needs a trigger." },
    ]);
    expect(useEditor.getState().placed).toHaveLength(3);
    expect(isUnsaved()).toBe(true);
  });

  it("asks before schedules lose their start, and saves when told so", async () => {
    const asked = serve(
      () => refused(409, "would_orphan_schedules", "1 schedule", { orphan_schedules: ['The schedule "n" …'] }),
      accept(2),
    );
    draw((graph) => configure(graph, "a", { text: "x" }));
    const done = save();
    const { question: found, answer } = await question("orphans");
    expect(found.schedules).toEqual(['The schedule "n" …']);
    answer("again");
    expect(await done).toBe(true);
    expect(asked[1]?.url).toBe("/api/workflows/w1/graph/?orphan_schedules=true");
  });

  it("saves nothing when schedules are to keep their start", async () => {
    serve(() => refused(409, "would_orphan_schedules", "1 schedule"));
    draw((graph) => configure(graph, "a", { text: "x" }));
    const done = save();
    (await question("orphans")).answer("stop");
    expect(await done).toBe(false);
    expect(isUnsaved()).toBe(true);
  });

  it("waits until the user has signed in again, then goes on with the new token", async () => {
    const data = (user: string, csrf_token: string) =>
      `<script type="application/json" id="ostinato-page">${JSON.stringify({ ...PAGE, user, csrf_token })}</script>`;
    const asked = serve(
      () => refused(401, "not_authenticated", "Sign in."),
      () => new Response("<form>Sign in</form>"),
      () => new Response(data("tom", "third")),
      () => new Response(data("ada", "second")),
      accept(2),
    );
    draw((graph) => configure(graph, "a", { text: "x" }));
    const done = save();
    (await question("signed-out")).answer("again");
    await vi.waitFor(() => expect(problem()).toMatch(/not signed in yet/));
    (await question("signed-out")).answer("again");
    await vi.waitFor(() => expect(problem()).toMatch(/someone else/));
    (await question("signed-out")).answer("again");
    expect(await done).toBe(true);
    expect(asked[4]?.headers["X-CSRFToken"]).toBe("second");
    expect(page().csrf_token).toBe("second");
  });

  it("renews a token of an earlier login without a question, once", async () => {
    const fresh = `<script id="ostinato-page">${JSON.stringify({ ...PAGE, csrf_token: "new" })}</script>`;
    const stale = () => refused(403, "permission_denied", "CSRF Failed: CSRF token incorrect.");
    const asked = serve(stale, () => new Response(fresh), accept(2));
    draw((graph) => configure(graph, "a", { text: "x" }));
    expect(await save()).toBe(true);
    expect(asked[2]?.headers["X-CSRFToken"]).toBe("new");
    serve(stale, () => new Response(fresh), stale);
    draw((graph) => configure(graph, "a", { text: "y" }));
    expect(await save()).toBe(false);
    expect(said().at(-1)).toMatch(/CSRF Failed/);
  });

  it("says that the server is away, keeps the changes, and offers another try", async () => {
    serve(() => Promise.reject(new TypeError("offline")), accept(2));
    draw((graph) => configure(graph, "a", { text: "x" }));
    expect(await save()).toBe(false);
    expect(isUnsaved()).toBe(true);
    const [message] = useMessages.getState().list;
    expect(message?.action?.label).toBe("Try again");
    message?.action?.run();
    await vi.waitFor(() => expect(isUnsaved()).toBe(false));
    expect(said()).toEqual(["Saved as version 2."]);
  });

  it("says why it is not allowed, and offers a file where the workflow is gone", async () => {
    serve(
      () => refused(403, "not_allowed", "You may not change it."),
      () => refused(404, "not_found", "Not found."),
    );
    draw((graph) => configure(graph, "a", { text: "x" }));
    expect(await save()).toBe(false);
    expect(said()).toEqual(["Nothing was saved. You may not change it."]);
    const done = save();
    (await question("gone")).answer("stop");
    expect(await done).toBe(false);
    expect(isUnsaved()).toBe(true);
  });
});

describe("a conflict", () => {
  const theirs = configure(addNode(base, node("theirs", "template")), "a", { text: "theirs" });
  const conflict = () => refused(412, "precondition_failed", "It has changed.");

  it("is resolved by itself where the other saved the same, or nothing that runs", async () => {
    const asked = serve(conflict, () => saved(base, 2), versions(2), accept(3));
    draw((graph) => configure(graph, "a", { text: "mine" }));
    expect(await save()).toBe(true);
    expect(asked[3]?.headers["If-Match"]).toBe('"g2"');
    expect(now().nodes[1]?.config).toEqual({ text: "mine" });
  });

  it("is none with a save of our own whose answer was lost", async () => {
    draw((graph) => configure(graph, "a", { text: "mine" }));
    const sent = now();
    serve(() => Promise.reject(new TypeError("offline")));
    await save();
    const asked = serve(conflict, () => saved(sent, 2), accept(3));
    draw((graph) => configure(graph, "a", { text: "mine, later" }));
    expect(await save()).toBe(true);
    expect(asked).toHaveLength(3);
    expect(now().nodes[1]?.config).toEqual({ text: "mine, later" });
  });

  const meet = async () => {
    draw((graph) => configure(graph, "a", { text: "mine" }));
    const done = save();
    return { done, ...(await question("conflict")) };
  };

  it("says who saved, and changes nothing while the user keeps editing", async () => {
    serve(conflict, () => saved(theirs, 2), versions(2));
    const { done, question: found, answer } = await meet();
    expect(found.conflict.since).toMatchObject({ by: "jonas", number: 2 });
    answer("stop");
    expect(await done).toBe(false);
    expect(useEditor.getState().saved.graphVersion).toBe(1);
    expect(now().nodes[1]?.config).toEqual({ text: "mine" });
  });

  it("takes theirs, with mine one undo away", async () => {
    serve(conflict, () => saved(theirs, 2), versions(2));
    const { done, answer } = await meet();
    answer("theirs");
    expect(await done).toBe(false);
    expect(countChanges(now(), theirs)).toBe(0);
    expect(isUnsaved()).toBe(false);
    useEditor.getState().undo();
    expect(now().nodes[1]?.config).toEqual({ text: "mine" });
  });

  it("overwrites theirs with mine when told so", async () => {
    const asked = serve(conflict, () => saved(theirs, 2), versions(2), accept(3));
    const { done, answer } = await meet();
    answer("mine");
    expect(await done).toBe(true);
    expect(asked[3]?.headers["If-Match"]).toBe('"g2"');
    expect(now().nodes.map((each) => each.node_id)).toEqual(["begin", "a"]);
  });

  it("merges, and leaves it unsaved for review where both changed a node", async () => {
    serve(conflict, () => saved(theirs, 2), versions(2));
    const { done, answer } = await meet();
    answer("merge");
    expect(await done).toBe(false);
    expect(now().nodes.map((each) => each.node_id)).toContain("theirs");
    expect(now().nodes[1]?.config).toEqual({ text: "theirs" });
    expect(useSaving.getState().findings?.title).toBe("1 thing to review");
    expect([...useEditor.getState().selection.nodes]).toEqual(["a"]);
  });

  it.each([null, base])("merges and saves where both changed different things, whatever is shown", async (shown) => {
    const other = addNode(base, node("theirs", "template"));
    const asked = serve(conflict, () => saved(other, 2), versions(2), accept(3));
    const { done, answer } = await meet();
    useEditor.getState().look(shown); // as a run of an old version does
    answer("merge");
    expect(await done).toBe(true);
    expect(asked[3]?.body?.nodes).toHaveLength(3);
    expect(isUnsaved()).toBe(false);
  });

  it("is answered by another question, which takes the place of its own", async () => {
    serve(conflict, () => saved(theirs, 2), versions(2));
    const { done } = await meet();
    void ask({ kind: "gone" });
    expect(await done).toBe(false);
    expect(useSaving.getState().question?.kind).toBe("gone");
  });
});

const problem = () => {
  const { question: found } = useSaving.getState();
  return found?.kind === "signed-out" ? found.problem : null;
};

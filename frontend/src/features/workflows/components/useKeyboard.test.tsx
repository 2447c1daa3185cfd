import { cleanup, fireEvent, render } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { extendWith, allTypes } from "../componentTypes";
import { flow, graphWith, node } from "../graph/testing";
import { useEditor } from "../store/editor";
import { useKeyboard } from "./useKeyboard";

function Page() {
  useKeyboard();
  return (
    <>
      <nav tabIndex={-1} />
      <main tabIndex={-1}>
        <div className="o-board" />
      </main>
    </>
  );
}

const press = (key: string, at: string, held: object = {}) => {
  const element = at === "body" ? document.body : document.querySelector(at);
  if (element) fireEvent.keyDown(element, { key, ...held });
};
const selected = () => [...useEditor.getState().selection.nodes];

beforeEach(() => {
  extendWith(allTypes());
  const graph = graphWith([node("a", "trigger_manual"), node("b", "template")], [flow("a", "b")]);
  useEditor.getState().load({ graph, graphVersion: 1, etag: null }, true);
  render(<Page />);
});
afterEach(cleanup);

describe("keys of the drawing", () => {
  it.each(["body", "main", ".o-board"])("count while the focus is at %s", (at) => {
    press("a", at, { ctrlKey: true });
    expect(selected()).toEqual(["a", "b"]);
    press("Delete", at);
    expect(useEditor.getState().history.now.nodes).toEqual([]);
  });

  it("do not count elsewhere on the page", () => {
    press("a", "nav", { ctrlKey: true });
    expect(selected()).toEqual([]);
  });
});

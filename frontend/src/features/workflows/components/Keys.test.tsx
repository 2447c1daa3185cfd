import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { EMPTY } from "../graph/model";
import { useEditor } from "../store/editor";
import { Keys } from "./Keys";

const open = (mayChange: boolean) => {
  useEditor.getState().load({ graph: EMPTY, graphVersion: 1, etag: null }, mayChange);
  render(<Keys />);
};

afterEach(cleanup);

it("tells who may change the drawing how to change it", () => {
  open(true);
  expect(screen.getByText("Undo")).toBeTruthy();
  expect(screen.getByText("Follow an edge")).toBeTruthy();
});

it("tells who may only look no key that does nothing", () => {
  open(false);
  const shown = screen.getAllByRole("term").map((term) => term.textContent);
  const looking = ["Go from node to node", "Follow an edge", "Open the details", "Select all", "Copy"];
  expect(shown).toEqual(looking);
});

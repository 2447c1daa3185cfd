import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import { initiallyOpen } from "./jsonFolds";
import { JsonTree } from "./JsonTree";
import { shortOf } from "./jsonText";

afterEach(cleanup);
const rows = () => document.querySelectorAll(".o-json__row, summary").length;

describe("JSON that folds", () => {
  it("shows names and values, with a word for each size", () => {
    render(<JsonTree label="Output" value={{ status: 200, body: { items: [1, 2] }, no: null }} />);
    expect(screen.getByRole("group", { name: "Output" }).textContent).toBe(
      "{ 3 fieldsstatus: 200body: { 1 fielditems: [ 2 items12no: null",
    );
  });

  it("draws a part only when it is opened", () => {
    const deep = { a: { b: { c: { d: "hidden" } } } };
    render(<JsonTree label="Output" value={deep} />);
    expect(document.body.textContent).not.toContain("hidden");
    const fold = [...document.querySelectorAll("details")].at(-1)!;
    fold.open = true;
    fireEvent(fold, new Event("toggle"));
    expect(document.body.textContent).toContain("hidden");
  });

  it("begins a list of 100,000 items with 100 rows, and adds 100 at a time", () => {
    render(<JsonTree label="Output" value={Array.from({ length: 100_000 }, (_, index) => index)} />);
    expect(rows()).toBe(101);
    fireEvent.click(screen.getByRole("button", { name: "Show 100 more" }));
    expect(rows()).toBe(201);
  });

  it("opens no more than some 200 rows by itself", () => {
    const wide = Array.from({ length: 50 }, () => ({ a: [1, 2, 3, 4, 5], b: [1, 2, 3, 4, 5] }));
    render(<JsonTree label="Output" value={wide} />);
    expect(rows()).toBeLessThanOrEqual(201);
    expect(initiallyOpen(wide).has("/0")).toBe(true);
  });

  it("cuts a long text until all of it is asked for", () => {
    render(<JsonTree label="Output" value={"x".repeat(5000)} />);
    expect(document.body.textContent!.length).toBeLessThan(400);
    fireEvent.click(screen.getByRole("button", { name: "Show all 5,000 characters" }));
    expect(document.body.textContent).toContain("x".repeat(5000));
  });

  it("writes markup as text", () => {
    render(<JsonTree label="Output" value={{ "<b>": "<img src=x>" }} />);
    expect(document.querySelector("b, img")).toBeNull();
  });
});

describe("a value in a few words", () => {
  it.each([
    ["nordics", '"nordics"'],
    ["x".repeat(40), `"${"x".repeat(28)}…"`],
    [10, "10"],
    [null, "null"],
    [{ a: 1, b: 2 }, "2 fields"],
    [[1], "1 item"],
  ])("%j is %s", (value, words) => {
    expect(shortOf(value)).toBe(words);
  });
});

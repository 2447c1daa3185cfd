import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ErrorBoundary } from "./ErrorBoundary";

let isBroken = true;
function Part() {
  if (isBroken) throw new Error("ports is undefined");
  return <p>drawn</p>;
}
const keep = vi.fn();
const page = (part?: string) => (
  <>
    <p>the rest</p>
    <ErrorBoundary what="The panel" advice="Save." {...(part ? { part } : {})} onError={keep}>
      <Part />
    </ErrorBoundary>
  </>
);

describe("a part that cannot be drawn", () => {
  beforeEach(() => {
    isBroken = true;
    keep.mockReset();
    vi.spyOn(console, "error").mockImplementation(() => undefined);
  });
  afterEach(() => {
    cleanup();
    vi.restoreAllMocks();
  });

  it("says what happened, keeps the rest, and saves what must not be lost", () => {
    render(page("a"));
    const alert = screen.getByRole("alert");
    expect(alert.textContent).toContain("The panel cannot be shown");
    expect(alert.textContent).toContain("ports is undefined");
    expect(screen.getByText("the rest")).toBeTruthy();
    expect(keep).toHaveBeenCalledOnce();
  });

  it("is drawn again on request", () => {
    render(page("a"));
    isBroken = false;
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(screen.getByText("drawn")).toBeTruthy();
  });

  it("of the whole page asks for a reload alone, which offers the draft", () => {
    render(page());
    expect(screen.getAllByRole("button").map((each) => each.textContent)).toEqual(["Reload the page"]);
  });

  it("is drawn again when another thing is chosen", () => {
    const { rerender } = render(page("a"));
    isBroken = false;
    rerender(page("b"));
    expect(screen.getByText("drawn")).toBeTruthy();
  });
});

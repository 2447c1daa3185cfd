import { describe, expect, it } from "vitest";

import { keyMeaning, type Place } from "./keys";

/** "Ctrl Shift z" as a pressed key. */
function pressed(text: string) {
  const parts = text.split(" ");
  return {
    key: parts.at(-1) ?? "",
    ctrlKey: parts.includes("Ctrl"),
    metaKey: parts.includes("Meta"),
    shiftKey: parts.includes("Shift"),
    altKey: parts.includes("Alt"),
  };
}

describe("a key", () => {
  it.each([
    ["Ctrl z", "page", "undo"],
    ["Meta z", "page", "undo"],
    ["Ctrl Shift Z", "board", "redo"],
    ["Ctrl y", "node", "redo"],
    ["/", "page", "find"],
    ["Delete", "board", "delete"],
    ["Backspace", "node", "delete"],
    ["Delete", "page", undefined],
    ["Ctrl d", "node", "duplicate"],
    ["Ctrl d", "page", undefined],
    ["Ctrl a", "board", "selectAll"],
    ["Ctrl a", "page", undefined],
    ["c", "node", "connect"],
    ["c", "board", undefined],
    ["Ctrl c", "node", undefined],
    ["n", "board", "note"],
    ["Enter", "node", "open"],
    ["Enter", "board", undefined],
    ["Escape", "board", "clear"],
    ["Alt ArrowUp", "node", "move"],
    ["ArrowUp", "node", "follow"],
    ["ArrowUp", "board", undefined],
    ["x", "node", undefined],
  ] as [string, Place, string | undefined][])("%s on the %s means %s", (keys, place, verb) => {
    expect(keyMeaning(pressed(keys), place, true)?.verb).toBe(verb);
  });

  it.each(["Ctrl z", "Delete", "Ctrl d", "c", "n", "/", "Alt ArrowUp"])(
    "that changes something means nothing to who may only look: %s",
    (keys) => {
      expect(keyMeaning(pressed(keys), "node", false)).toBeNull();
    },
  );

  it("that leads along an edge can add to what is selected", () => {
    expect(keyMeaning(pressed("Shift ArrowDown"), "node", false)).toEqual({
      verb: "follow",
      direction: "down",
      extend: true,
    });
  });
});

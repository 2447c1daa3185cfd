/** Which key means what on the drawing. */

export type Verb =
  | "undo"
  | "redo"
  | "find"
  | "delete"
  | "duplicate"
  | "selectAll"
  | "clear"
  | "note"
  | "connect"
  | "open"
  | "follow"
  | "move";

export type Direction = "up" | "down" | "left" | "right";

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** Where the focus is: on a node, elsewhere on the drawing (or nowhere), or elsewhere. */
export type Place = "node" | "board" | "page";

export interface KeyMeaning {
  readonly verb: Verb;
  readonly direction?: Direction;
  /** Whether what the key leads to is added to what is selected. */
  readonly extend?: boolean;
}

const ARROWS: Record<string, Direction> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};
const CHANGES: ReadonlySet<Verb> = new Set([
  "undo",
  "redo",
  "find",
  "delete",
  "duplicate",
  "note",
  "connect",
  "move",
]);

/** What a pressed key means there; null if nothing. Without `mayEdit`, only looking is left. */
export function keyMeaning(pressed: Pressed, place: Place, mayEdit: boolean): KeyMeaning | null {
  const meaning = anyMeaning(pressed, place);
  return meaning && (mayEdit || !CHANGES.has(meaning.verb)) ? meaning : null;
}

function anyMeaning(pressed: Pressed, place: Place): KeyMeaning | null {
  const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
  if (pressed.ctrlKey || pressed.metaKey) return withControl(key, pressed, place);
  const direction = ARROWS[key];
  if (direction && place === "node") {
    if (pressed.altKey) return { verb: "move", direction };
    return { verb: "follow", direction, extend: pressed.shiftKey };
  }
  if (pressed.altKey) return null;
  if (key === "/") return { verb: "find" };
  if (place === "page") return null;
  if (key === "Delete" || key === "Backspace") return { verb: "delete" };
  if (key === "Escape") return { verb: "clear" };
  if (key === "n") return { verb: "note" };
  if (place !== "node") return null;
  if (key === "c") return { verb: "connect" };
  return key === "Enter" ? { verb: "open" } : null;
}

function withControl(key: string, { shiftKey, altKey }: Pressed, place: Place): KeyMeaning | null {
  if (altKey) return null;
  if (key === "z") return { verb: shiftKey ? "redo" : "undo" };
  if (key === "y") return { verb: "redo" };
  if (place === "page" || shiftKey) return null;
  if (key === "d") return { verb: "duplicate" };
  return key === "a" ? { verb: "selectAll" } : null;
}

import { useEffect } from "react";

import { type Direction, keyMeaning, type KeyMeaning, type Place } from "../graph/keys";
import { indexOf } from "../graph/lookup";
import { GRID } from "../graph/model";
import { neighbour } from "../graph/order";
import { chosenNode, graphOf, useEditor } from "../store/editor";
import { focusNode, middleOfView, reveal } from "../store/flow";
import { usePopups } from "../store/popups";
import {
  addNote,
  clearSelection,
  deleteSelected,
  duplicateSelected,
  moveSelected,
  redo,
  selectAll,
  undo,
} from "../store/verbs";
import { FIND_FIELD } from "./SearchField";
import { isNarrow } from "./useMayEdit";

/** The keys of the drawing. None is taken from a field or a dialog. */
export function useKeyboard(): void {
  useEffect(() => {
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Whether keys that are pressed there belong to something else. */
export function isTaken(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  const field = "input, textarea, select, [contenteditable=''], [contenteditable='true']";
  return target.closest(`${field}, dialog, [role='dialog'], details[open]`) !== null;
}

function placeOf(target: EventTarget | null): Place {
  if (!(target instanceof Element)) return "page";
  if (target.matches(".react-flow__node")) return "node";
  // A click on the drawing leaves the focus at what holds it: the page, or its main part.
  if (target.contains(document.querySelector(".o-board"))) {
    return chosenNode(useEditor.getState()) ? "node" : "board";
  }
  if (target.closest(".o-board--list")) return "page";
  return target.closest(".o-board") ? "board" : "page";
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || isTaken(event.target)) return;
  const mayEdit = useEditor.getState().mayChange && !isNarrow();
  const meaning = keyMeaning(event, placeOf(event.target), mayEdit);
  if (!meaning) return;
  event.preventDefault();
  act(meaning);
}

const OFFSETS: Record<Direction, { x: number; y: number }> = {
  up: { x: 0, y: -GRID },
  down: { x: 0, y: GRID },
  left: { x: -GRID, y: 0 },
  right: { x: GRID, y: 0 },
};

function act({ verb, direction = "down", extend = false }: KeyMeaning): void {
  const verbs = {
    undo,
    redo,
    find,
    delete: deleteSelected,
    duplicate: duplicateSelected,
    selectAll,
    clear: clearSelection,
    note: addNote,
    connect: connectChosen,
    open: openDetails,
    follow: () => follow(direction, extend),
    move: () => moveSelected(OFFSETS[direction]),
  };
  verbs[verb]();
}

/** To the palette's search; where the window is too small for it, the small palette. */
function find(): void {
  const field = document.getElementById(FIND_FIELD);
  if (field?.offsetParent) return field.focus();
  const box = document.querySelector(".o-board")?.getBoundingClientRect();
  const chosen = chosenNode(useEditor.getState());
  usePopups
    .getState()
    .openPalette(chosen ? { kind: "after", nodeId: chosen } : { kind: "free", at: middleOfView() }, {
      x: (box?.left ?? 0) + (box?.width ?? 0) / 3,
      y: (box?.top ?? 0) + 40,
    });
}

function connectChosen(): void {
  const chosen = chosenNode(useEditor.getState());
  if (chosen) usePopups.getState().connectFrom(chosen);
}

/** Move the focus into the panel beside the drawing. */
function openDetails(): void {
  const panel = document.querySelector<HTMLElement>(".o-panel");
  if (!panel) return;
  const inside = "input, textarea, select, button, a[href], [tabindex='0']";
  const first = panel.querySelector<HTMLElement>(`.o-panel__body :is(${inside})`);
  if (first) return first.focus();
  panel.tabIndex = -1;
  panel.focus();
}

function follow(direction: Direction, extend: boolean): void {
  const state = useEditor.getState();
  const focused = document.activeElement?.closest(".react-flow__node")?.getAttribute("data-id");
  const from = focused ?? chosenNode(state);
  const next = from && neighbour(graphOf(state), from, direction);
  if (!next) return;
  const before = extend ? [...state.selection.nodes] : [];
  state.select({ nodes: new Set([...before, next]) });
  const node = indexOf(graphOf(state)).byId.get(next);
  if (node) reveal(node.position);
  focusNode(next);
}

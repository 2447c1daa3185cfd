/** Completion in the templates of a text field: what may follow at the caret, by key and mouse. */

import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";

import {
  type Candidate,
  candidatesFor,
  complete,
  type Query,
  queryAt,
  type Syntax,
} from "../../graph/completion";
import { currentNames } from "./names";
import { useFormScope } from "./scope";

/** What is offered, and which of it is chosen. */
export interface Open {
  query: Query;
  candidates: Candidate[];
  chosen: number;
}

interface Completed {
  value: string;
  onText: (text: string) => void;
  /** Null: nothing is completed. */
  syntax: Syntax | null;
}

/** The state of the list for one field, and the verbs that its events call. */
export function useCompletion({ value, onText, syntax }: Completed) {
  const { nodeId } = useFormScope();
  const area = useRef<HTMLTextAreaElement>(null);
  const [open, setOpen] = useState<Open | null>(null);
  const caretAfter = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (caretAfter.current === null) return;
    area.current?.setSelectionRange(caretAfter.current, caretAfter.current);
    caretAfter.current = null;
  });
  const offer = (text: string, caret: number, asked = false) =>
    setOpen(syntax && offered(text, caret, { syntax, asked, nodeId }));
  const take = (candidate: Candidate) => {
    if (!area.current || !open || !syntax) return;
    const after = complete(value, area.current.selectionStart, open.query, candidate, syntax);
    caretAfter.current = after.caret;
    onText(after.text);
    area.current.focus();
    if (candidate.goesOn) offer(after.text, after.caret);
    else setOpen(null);
  };
  /** Whether the key was for the list, or asked for it. */
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    if (open && keyInList(event, open, setOpen, take)) {
      event.stopPropagation();
      return true;
    }
    if (event.key !== " " || !event.ctrlKey) return false;
    offer(value, event.currentTarget.selectionStart, true);
    return true;
  };
  return { area, open, offer, take, onKey, close: () => setOpen(null) };
}

interface Asking {
  syntax: Syntax;
  /** Whether the list was asked for by its key. */
  asked: boolean;
  nodeId: string;
}

function offered(text: string, caret: number, { syntax, asked, nodeId }: Asking): Open | null {
  const query = queryAt(text, caret, syntax);
  // An empty condition is no reason to cover what is below it.
  if (!query || !(asked || query.typed || !syntax.bare)) return null;
  const candidates = candidatesFor(query, currentNames(nodeId), syntax);
  return candidates.length ? { query, candidates, chosen: 0 } : null;
}

/** Arrows, Enter, Tab and Escape while the list is open. Returns whether the key was for it. */
function keyInList(
  event: KeyboardEvent,
  open: Open,
  setOpen: (open: Open | null) => void,
  take: (candidate: Candidate) => void,
): boolean {
  const { candidates, chosen } = open;
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const candidate = candidates[chosen];
  if (event.nativeEvent.isComposing || event.ctrlKey || event.altKey || event.metaKey) return false;
  if (step) {
    setOpen({ ...open, chosen: (chosen + step + candidates.length) % candidates.length });
  } else if (event.key === "Escape") setOpen(null);
  else if ((event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) && candidate) take(candidate);
  else return false;
  return true;
}

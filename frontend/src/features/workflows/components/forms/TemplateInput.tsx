import {
  type FocusEvent,
  type KeyboardEvent,
  type TextareaHTMLAttributes,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";

import { type Candidate, candidatesFor, complete, type Query, queryAt } from "../../graph/completion";
import { CandidateList } from "./CandidateList";
import "./forms.css";
import type { TemplateKind } from "./kinds";
import { currentNames } from "./names";
import { useFormScope } from "./scope";

interface TemplateInputProps extends Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange"> {
  value: string;
  onText: (text: string) => void;
  /** What it completes; null: nothing, it is a text. */
  template: TemplateKind | null;
  isLong: boolean;
  isCode: boolean;
  /** Whether the text is JSON, in whose texts templates stand. */
  isJson?: boolean;
}

interface Open {
  query: Query;
  candidates: Candidate[];
  chosen: number;
}

const MOST_ROWS = 14;

/** A text that grows with what is typed, and offers what may follow in its templates. */
export function TemplateInput(props: TemplateInputProps) {
  const { value, onText, template, isLong, isCode, isJson = false, ...rest } = props;
  const { nodeId } = useFormScope();
  const ref = useRef<HTMLTextAreaElement>(null);
  const [open, setOpen] = useState<Open | null>(null);
  const caretAfter = useRef<number | null>(null);
  const listId = useId();
  const syntax = { bare: template === "condition", json: isJson };

  useLayoutEffect(() => {
    if (caretAfter.current === null) return;
    ref.current?.setSelectionRange(caretAfter.current, caretAfter.current);
    caretAfter.current = null;
  });

  const offer = (text: string, caret: number, asked = false) => {
    const query = template ? queryAt(text, caret, syntax) : null;
    // An empty condition is no reason to cover what stands below it.
    const isWanted = query && (asked || query.typed || !syntax.bare);
    const candidates = isWanted ? candidatesFor(query, currentNames(nodeId), syntax) : [];
    setOpen(query && candidates.length ? { query, candidates, chosen: 0 } : null);
  };
  const take = (candidate: Candidate) => {
    const area = ref.current;
    if (!area || !open) return;
    const after = complete(value, area.selectionStart, open.query, candidate, syntax);
    caretAfter.current = after.caret;
    onText(after.text);
    area.focus();
    if (candidate.goesOn) offer(after.text, after.caret);
    else setOpen(null);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const handled = open ? keyInList(event, open, setOpen, take) : false;
    if (handled) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      offer(value, event.currentTarget.selectionStart, true);
    } else if (event.key === "Enter" && !isLong) event.preventDefault();
  };
  return (
    <div className="o-combo">
      <textarea
        {...rest}
        ref={ref}
        value={value}
        rows={Math.min(MOST_ROWS, Math.max(isLong ? 2 : 1, value.split("\n").length))}
        className={`o-grows${isLong ? " o-grows--long" : ""}${isCode || template ? " o-input-mono" : ""}`}
        spellCheck={!isCode && isLong && !isJson}
        {...(template ? listAttributes(open, listId) : {})}
        onChange={(event) => {
          const text = isLong ? event.target.value : event.target.value.replace(/\s*\n\s*/g, " ");
          onText(text);
          offer(text, event.target.selectionStart);
        }}
        onClick={(event) => offer(value, event.currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
        onBlur={(event: FocusEvent<HTMLTextAreaElement>) => {
          setOpen(null);
          rest.onBlur?.(event);
        }}
      />
      {open ? <CandidateList id={listId} {...open} onTake={take} /> : null}
    </div>
  );
}

function listAttributes(open: Open | null, listId: string) {
  const attributes = { "aria-autocomplete": "list", "aria-haspopup": "listbox" } as const;
  if (!open) return attributes;
  return {
    ...attributes,
    "aria-controls": listId,
    "aria-activedescendant": `${listId}-${open.chosen}`,
  };
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

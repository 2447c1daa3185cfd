import { type FocusEvent, type KeyboardEvent, type TextareaHTMLAttributes, useId } from "react";

import { CandidateList } from "./CandidateList";
import "./forms.css";
import type { TemplateKind } from "./kinds";
import { type Open, useCompletion } from "./useCompletion";

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

const MOST_ROWS = 14;

/** A text that grows with what is typed, and offers what may follow in its templates. */
export function TemplateInput(props: TemplateInputProps) {
  const { value, onText, template, isLong, isCode, isJson = false, ...rest } = props;
  const listId = useId();
  const syntax = template && { bare: template === "condition", json: isJson };
  const { area, open, offer, take, onKey, close } = useCompletion({ value, onText, syntax });
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (onKey(event) || (event.key === "Enter" && !isLong)) event.preventDefault();
  };
  return (
    <div className="o-combo">
      <textarea
        {...rest}
        ref={area}
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
          close();
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

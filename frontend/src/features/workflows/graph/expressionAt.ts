/** Reading a template up to the caret: whether it stands in an expression, and in what. */

export interface Place {
  readonly kind: "path" | "filter";
  readonly start: number;
}

const OPENS = /\{[{%#]/g;
const CLOSES: Record<string, string> = { "{{": "}}", "{%": "%}", "{#": "#}" };
// A path up to its end, which may lie within a name, brackets or quotes.
const PATH = /^[A-Za-z_]\w*(?:\.\w*|\[\s*(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\d*)\s*\]?)*/;
const WORDS_BEFORE_VALUES = /(?:^|\W)(?:and|or|not|in|is|if|elif|else|for|set)$/;

/** The place at the end of `before`; null outside of expressions, in comments and in texts. */
export function expressionAt(before: string, bare: boolean): Place | null {
  if (bare && !/\{\{/.test(before)) return placeIn(before, 0);
  OPENS.lastIndex = 0;
  for (let open = OPENS.exec(before); open; open = OPENS.exec(before)) {
    const mark = open[0];
    const end = endOf(before, open.index + 2, CLOSES[mark] ?? "}}", mark === "{#");
    if (end < 0) return mark === "{#" ? null : placeIn(before, open.index + 2);
    OPENS.lastIndex = end;
  }
  return null;
}

/** Where the expression that begins at `from` is closed; -1 if it is open to the end. */
function endOf(text: string, from: number, close: string, isComment: boolean): number {
  let quote = "";
  for (let at = from; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (quote) {
      if (letter === "\\") at += 1;
      else if (letter === quote) quote = "";
    } else if (!isComment && (letter === '"' || letter === "'")) quote = letter;
    else if (text.startsWith(close, at)) return at + close.length;
  }
  return -1;
}

/** What the end of the text stands in, for an expression that begins at `from`. */
function placeIn(text: string, from: number): Place | null {
  let at = from;
  let mayBegin = true;
  while (at < text.length) {
    const rest = text.slice(at);
    const path = PATH.exec(rest)?.[0];
    const token = path ?? /^(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\d[\w.]*|\s+|[\s\S])/.exec(rest)![0];
    const isLast = at + token.length === text.length;
    if (path && isLast) return placeOfPath(text, from, at);
    if (/^["']/.test(token)) {
      const isOpen = token.length === 1 || token.at(-1) !== token[0];
      if (isLast && isOpen) return null;
      mayBegin = false;
    } else if (path) mayBegin = WORDS_BEFORE_VALUES.test(path);
    else if (/^\d/.test(token)) mayBegin = false;
    else if (!/^\s/.test(token)) mayBegin = !/[)\]}]/.test(token);
    at += token.length;
  }
  if (/\|\s*$/.test(text.slice(from))) return { kind: "filter", start: text.length };
  return mayBegin ? { kind: "path", start: text.length } : null;
}

/** A path that the caret ends, or the name of a filter after its bar. */
function placeOfPath(text: string, from: number, at: number): Place | null {
  const before = text.slice(from, at);
  if (/\|\s*$/.test(before)) return { kind: "filter", start: at };
  if (/[)\]}]\s*\.\s*$/.test(before)) return null;
  return { kind: "path", start: at };
}

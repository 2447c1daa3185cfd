/**
 * Texts in the language of the page. Its catalogue is a script of Django's that comes before ours;
 * where there is none, or none of a text, the text is shown as it stands in the source.
 *
 * Values stand in a text as `%(name)s`. `python -m tests.canvas_texts` tells translators of what is
 * called by these names with the text as a literal.
 */

import { createElement, Fragment, type ReactNode } from "react";

export type Values = Record<string, string | number>;

interface Catalogue {
  gettext(text: string): string;
  ngettext(one: string, many: string, count: number): string;
  pgettext(context: string, text: string): string;
}

const catalogue: Partial<Catalogue> = (globalThis as { django?: Partial<Catalogue> }).django ?? {};

/** For `Intl`: the language of the page. English is Britain's, as in all of our texts. */
export const LANGUAGE = languageOf(document.documentElement.lang);

export function languageOf(tag: string): string {
  try {
    return /^(en\b|$)/.test(tag) ? "en-GB" : new Intl.Locale(tag).baseName;
  } catch {
    return "en-GB";
  }
}

/** A number as it is written in that language. */
export function number(value: number): string {
  return value.toLocaleString(LANGUAGE);
}

export function _(text: string, values?: Values): string {
  return filled(catalogue.gettext?.(text) ?? text, values);
}

/** The same text with another meaning in another place: the context tells translators which. */
export function pgettext(context: string, text: string, values?: Values): string {
  return filled(catalogue.pgettext?.(context, text) ?? text, values);
}

/** By the number, which stands in the text as `%(count)s`. */
export function ngettext(one: string, many: string, count: number, values?: Values): string {
  const text = catalogue.ngettext?.(one, many, count) ?? (count === 1 ? one : many);
  return filled(text, { count: number(count), ...values });
}

function filled(text: string, values?: Values): string {
  return values ? pieces(text, values).join("") : text;
}

/** "A, B and C", or with "or". */
export function listed(
  texts: readonly string[],
  type: Intl.ListFormatType = "conjunction",
): string {
  return new Intl.ListFormat(LANGUAGE, { type }).format(texts);
}

/** A translated text with elements for its values. */
export function woven(text: string, values: Record<string, ReactNode>): ReactNode {
  return createElement(Fragment, null, ...pieces(text, values));
}

function pieces<Value>(text: string, values: Record<string, Value>): (Value | string)[] {
  return text
    .split(/%\((\w+)\)s/)
    .map((piece, index) => (index % 2 ? (values[piece] ?? "") : piece));
}

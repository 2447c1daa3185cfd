/** What the page says by itself: that something was done, or could not be. Newest last. */

import { create } from "zustand";

export type Tone = "ok" | "bad" | "warn" | "busy";

/** A button beside a message, such as "Undo" or "Try again". */
export interface MessageAction {
  label: string;
  run: () => void;
}

export interface Message {
  id: number;
  text: string;
  tone: Tone;
  action: MessageAction | null;
}

interface Messages {
  list: readonly Message[];
}

/** Older ones go: nobody reads a fifth message. */
const MOST = 4;
/** How long a message stays that nobody has to act on. */
const STAYS_MS = 6_000;

export const useMessages = create<Messages>()(() => ({ list: [] }));

let last = 0;

/**
 * Say `text` in the message area. A message with the tone "ok" goes by itself, others stay until
 * they are closed. The same text is not said twice. Returns what `unsay` takes.
 */
export function say(text: string, tone: Tone = "ok", action: MessageAction | null = null): number {
  const id = ++last;
  const others = useMessages.getState().list.filter((message) => message.text !== text);
  useMessages.setState({ list: [...others, { id, text, tone, action }].slice(-MOST) });
  if (tone === "ok" && !action) setTimeout(() => unsay(id), STAYS_MS);
  return id;
}

export function unsay(id: number): void {
  const list = useMessages.getState().list.filter((message) => message.id !== id);
  if (list.length !== useMessages.getState().list.length) useMessages.setState({ list });
}

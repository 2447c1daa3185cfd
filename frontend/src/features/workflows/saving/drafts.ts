/** Drafts in the browser's storage: unsaved work survives a reload and a crash. */

import { create } from "zustand";

import { closeRun } from "@/features/runs/follow";
import { _ } from "@/gettext";
import { page } from "@/page";
import { say } from "@/ui/messages";

import { decode, type Draft, draftKey, encode, isExpired } from "../graph/draft";
import { countChanges } from "../graph/same";
import { isChanged, useEditor } from "../store/editor";
import { leaveVersion } from "../versions/store";
import { alone } from "./alone";
import { resolveConflict } from "./resolve";

interface Offer {
  key: string;
  draft: Draft;
}

/** The drafts that earlier visits left, newest first. */
export const useDrafts = create<{ offers: readonly Offer[] }>()(() => ({ offers: [] }));

const EVERY_MS = 1_000;
const TOO_LARGE = _(
  "This workflow is too large to be kept for a reload. Save before you leave the page.",
);

// Each visit of the page has a key of its own, so that no tab overwrites another's draft.
const tab = `${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
const ownKey = () => draftKey(page().user, page().workflow?.id ?? "", tab);
let isTooLargeSaid = false;

/** Write the draft of this tab, or remove it where nothing is unsaved. */
export function keepDraft(): void {
  const { saved, history } = useEditor.getState();
  if (!isChanged(useEditor.getState())) return forget(ownKey());
  const text = encode({ at: new Date().toISOString(), base: saved, graph: history.now });
  const isKept = text !== null && store(ownKey(), text);
  if (!isKept && !isTooLargeSaid) say(TOO_LARGE, "warn");
  isTooLargeSaid = !isKept;
}

function store(key: string, text: string): boolean {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    forget(key); // an older text is no draft of what is drawn
    return false;
  }
}

function forget(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Without a storage there is nothing to forget.
  }
}

/** Keep a draft of each change from now on. Returns what ends it. */
export function keepDrafts(): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    keepDraft();
  };
  const stop = useEditor.subscribe((state, before) => {
    if (state.history.now === before.history.now && state.saved === before.saved) return;
    timer ??= setTimeout(flush, EVERY_MS);
  });
  const onHide = () => timer !== null && flush();
  window.addEventListener("pagehide", onHide);
  const letGo = holdKey(ownKey());
  return () => {
    stop();
    onHide();
    letGo();
    window.removeEventListener("pagehide", onHide);
  };
}

/** Mark the key as that of an open tab, for as long as the tab lives. */
function holdKey(key: string): () => void {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  void navigator.locks?.request(key, () => held);
  return release;
}

/** Find the drafts that no open tab still writes, and offer them. */
export async function findDrafts(now: Date): Promise<void> {
  const start = draftKey(page().user, page().workflow?.id ?? "");
  const open = await openKeys();
  const found: Offer[] = [];
  for (const key of keysFrom(start)) {
    if (open.has(key) || key === ownKey()) continue;
    const draft = decode(localStorage.getItem(key));
    if (!draft || isExpired(draft, now)) forget(key);
    else found.push({ key, draft });
  }
  found.sort((one, other) => other.draft.at.localeCompare(one.draft.at));
  useDrafts.setState({ offers: found });
}

function keysFrom(start: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(start));
  } catch {
    return [];
  }
}

async function openKeys(): Promise<Set<string>> {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return new Set(held.flatMap(({ name }) => (name ? [name] : [])));
}

/** Go on with a draft. What others saved meanwhile is merged, or stands against it. */
export async function restoreDraft(offer: Offer): Promise<void> {
  dropOffer(offer.key); // it is kept until it is drawn
  leaveVersion();
  closeRun();
  await alone(() => restore(offer));
  keepDraft();
}

async function restore({ key, draft }: Offer): Promise<boolean> {
  const { saved: theirs, put, markSaved } = useEditor.getState();
  const isLatest = countChanges(draft.base.graph, theirs.graph) === 0;
  put(() => draft.graph);
  markSaved(isLatest ? theirs : draft.base);
  // The draft of this tab from now on.
  forget(key);
  keepDraft();
  return isLatest || resolveConflict(page().workflow?.id ?? "", theirs, { isRestore: true });
}

export function discardDraft(key: string): void {
  forget(key);
  dropOffer(key);
}

function dropOffer(key: string): void {
  useDrafts.setState({ offers: useDrafts.getState().offers.filter((offer) => offer.key !== key) });
}

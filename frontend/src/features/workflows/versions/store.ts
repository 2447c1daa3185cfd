/** The versions of the workflow on the page: the list, and which one is looked at. */

import { create } from "zustand";

import { ApiError } from "@/api/client";
import { _ } from "@/gettext";
import { page } from "@/page";
import { say } from "@/ui/messages";

import { alone } from "../saving/alone";
import { afterRefusal, type Next } from "../saving/refusals";
import { type Saved, useEditor } from "../store/editor";
import { loadVersion, loadVersions, restoreVersion, type Version } from "./load";

interface VersionsState {
  isOpen: boolean;
  /** Newest first; null until it was read. */
  list: readonly Version[] | null;
  /** Why the list could not be read. */
  problem: string | null;
  /** The number of the version that the canvas shows. */
  shown: number | null;
}

export const useVersions = create<VersionsState>()(() => ({
  isOpen: false,
  list: null,
  problem: null,
  shown: null,
}));

/** The one that is to be shown once it is there. */
let wanted: number | null = null;

const workflowId = () => page().workflow?.id ?? "";

export async function openVersions(): Promise<void> {
  useVersions.setState({ isOpen: true });
  await refreshVersions();
}

export function closeVersions(): void {
  leaveVersion();
  useVersions.setState({ isOpen: false });
}

export async function refreshVersions(): Promise<void> {
  try {
    useVersions.setState({ list: await loadVersions(workflowId()), problem: null });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    useVersions.setState({ problem: error.message });
  }
}

/** Put a save of this page on top of the list, without asking the server for it. */
export function noteSave({ graph, graphVersion }: Saved, note: string): void {
  const { list } = useVersions.getState();
  if (!list || list[0]?.number === graphVersion) return;
  const newest: Version = {
    number: graphVersion,
    saved_at: new Date().toISOString(),
    saved_by: page().user,
    note,
    nodes: graph.nodes.length,
    edges: graph.edges.length,
    is_current: true,
  };
  const others = list.map((version) => ({ ...version, is_current: false }));
  useVersions.setState({ list: [newest, ...others] });
}

/** Show a version on the canvas. What is in work stays as it is meanwhile. */
export async function lookAt(number: number): Promise<void> {
  wanted = number;
  await alone(async (mayGoOn) => {
    // Meanwhile the list was closed, another was chosen, or there is something to be mended.
    const isOver = () => !mayGoOn || wanted !== number;
    if (isOver()) return mayGoOn;
    try {
      const graph = await loadVersion(workflowId(), number);
      if (isOver()) return mayGoOn;
      useEditor.getState().look(graph);
      useVersions.setState({ shown: number });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      say(error.message, "bad");
    }
    return mayGoOn;
  });
}

export function leaveVersion(): void {
  wanted = null;
  if (useVersions.getState().shown === null) return;
  useEditor.getState().look(null);
  useVersions.setState({ shown: null });
}

/** Save a version once more as the newest. What was drawn before is one undo away. */
export async function restore(number: number): Promise<void> {
  leaveVersion();
  await alone(() => restoreNow(number));
  await refreshVersions();
}

/** Returns whether a save that waits may go on. */
async function restoreNow(number: number): Promise<boolean> {
  let next: Next | null = { mayOrphan: false };
  while (next) {
    const before: Next = next;
    try {
      const { etag } = useEditor.getState().saved;
      const { mayOrphan } = before;
      const saved = await restoreVersion(workflowId(), number, { etag, mayOrphan });
      useEditor.getState().markSaved(saved);
      useEditor.getState().put(() => saved.graph);
      say(_("Restored version %(number)s as version %(newest)s.", { number, newest: saved.graphVersion }));
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const attempt = { workflowId: workflowId(), sent: null, before };
      next = await afterRefusal(error, attempt);
      if (error.isConflict) {
        say(_("Someone saved in the meantime. Restore the version again if you still want it."), "warn");
        return next !== null;
      }
    }
  }
  return true;
}

/** Resolving a conflict with another save, as the user decides. */

import { _, ngettext } from "@/gettext";

import { loadVersions } from "../versions/load";
import { edgeInWords } from "../graph/differences";
import { sameContent } from "../graph/same";
import { type Saved, useEditor } from "../store/editor";
import { conflictOf, findingsOf, isConflict, isHarmless } from "./conflict";
import { ask, type Conflict, setFindings, type Since, useSaving } from "./store";

/**
 * `theirs` is what the server has now. Returns whether to save what is on the canvas then; false
 * where the user looks at it first. Asks only if both sides changed something.
 */
export async function resolveConflict(
  workflowId: string,
  theirs: Saved,
  { isRestore = false } = {},
): Promise<boolean> {
  const { unsure } = useSaving.getState();
  const { saved } = useEditor.getState();
  // What stands against us may be our own save, whose answer was lost.
  const isOwn = unsure !== null && sameContent(unsure, theirs.graph);
  const base: Saved = isOwn ? { ...saved, graph: unsure } : saved;
  const since = isOwn ? null : await lastSince(workflowId, saved.graphVersion);
  const mine = useEditor.getState().history.now;
  const conflict = conflictOf(base, mine, theirs, { since, isRestore });
  useSaving.setState({ unsure: null });
  if (!isConflict(conflict)) {
    putMerged(conflict);
    return true;
  }
  return decide(conflict);
}

async function decide(conflict: Conflict): Promise<boolean> {
  const { markSaved, put } = useEditor.getState();
  switch (await ask({ kind: "conflict", conflict })) {
    case "mine":
      markSaved(conflict.theirs);
      return true;
    case "theirs":
      markSaved(conflict.theirs);
      put(() => conflict.theirs.graph);
      return false;
    case "merge":
      putMerged(conflict);
      showFlags(conflict);
      return isHarmless(conflict.merged);
    default:
      return false;
  }
}

/** The merged graph on the canvas, as one step that can be undone. */
function putMerged({ theirs, merged }: Conflict): void {
  const { markSaved, put } = useEditor.getState();
  markSaved(theirs);
  put(() => merged.graph);
}

function showFlags({ base, mine, theirs, merged }: Conflict): void {
  const nameOfEdge = (index: number) => {
    const dropped = merged.dropped[index];
    return dropped ? edgeInWords(dropped.edge, mine, theirs.graph, base.graph) : "";
  };
  const items = findingsOf(merged, nameOfEdge);
  if (!items.length) return;
  const title = ngettext("%(count)s thing to review", "%(count)s things to review", items.length);
  setFindings({ title, tone: "warn", items });
  const nodes = items.flatMap(({ nodeId }) => (nodeId === null ? [] : [nodeId]));
  useEditor.getState().select({ nodes: new Set(nodes) });
}

/** The last save after version `number`; null if the list of versions does not tell. */
async function lastSince(workflowId: string, number: number): Promise<Since | null> {
  try {
    const [newest] = await loadVersions(workflowId);
    if (!newest || newest.number <= number) return null;
    const { saved_by, saved_at } = newest;
    return { by: saved_by || _("Someone"), at: saved_at, number: newest.number };
  } catch {
    return null; // who it was is a help, not a condition
  }
}

/** Saving: one at a time, and nothing that is drawn meanwhile is lost. */

import { ApiError, request } from "@/api/client";
import { _ } from "@/gettext";
import { page, rowAddress } from "@/page";
import { say, unsay } from "@/ui/messages";

import { typeOf } from "../componentTypes";
import { merge } from "../graph/merge";
import type { Graph } from "../graph/model";
import { countChanges, sameContent } from "../graph/same";
import { type GraphDocument, graphFrom } from "../load";
import { isChanged, type Saved, useEditor } from "../store/editor";
import { leaveVersion, noteSave } from "../versions/store";
import { alone, beingDone } from "./alone";
import { goTo } from "./goTo";
import { afterRefusal, type Next } from "./refusals";
import { setFindings, useSaving } from "./store";
import { unfinishedOf } from "./unfinished";

export interface SaveOptions {
  /** A note for the list of versions. */
  note?: string;
}

let queued: Promise<boolean> | null = null;
let later: SaveOptions = {};
let awayMessage: number | null = null;

/**
 * Save what is drawn. Asks the user where the server does; true once everything that was drawn
 * when it began is saved. While something else is done `alone`, it waits for that.
 */
export function save(options: SaveOptions = {}): Promise<boolean> {
  const underway = beingDone();
  if (underway) {
    later = { ...later, ...options };
    return (queued ??= underway.catch(() => false).then(saveAfter));
  }
  return alone(() => saveNow(options).finally(() => useSaving.setState({ isSaving: false })));
}

/** The save that waited: for what is drawn by then. */
function saveAfter(mayGoOn: boolean): Promise<boolean> | boolean {
  const options = later;
  queued = null;
  later = {};
  if (!mayGoOn || isUnfinished()) return false;
  return isChanged(useEditor.getState()) ? save(options) : true;
}

async function saveNow({ note }: SaveOptions): Promise<boolean> {
  const { isAllowed } = useEditor.getState();
  const { workflow } = page();
  if (!workflow || !isAllowed) return false;
  leaveVersion(); // what is drawn is saved, not an old version that is looked at
  if (isUnfinished()) return false;
  if (!isChanged(useEditor.getState())) {
    say(_("Nothing to save."));
    return true;
  }
  let next: Next = { mayOrphan: false };
  for (;;) {
    const { saved, history } = useEditor.getState();
    const sent = history.now;
    // A merge or "take theirs" may have left nothing to send.
    if (countChanges(saved.graph, sent) === 0) return true;
    useSaving.setState({ isSaving: true });
    try {
      const answer = await put(workflow.id, sent, saved, { note, mayOrphan: next.mayOrphan });
      if (takeOver(sent, answer)) noteSave(answer, note ?? "");
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      useSaving.setState({ isSaving: false });
      if (error.isAway) return sayAway(sent);
      const decided = await afterRefusal(error, { workflowId: workflow.id, sent, before: next });
      if (!decided) return false;
      next = decided;
    }
  }
}

/** Leads to the first field that is not finished, if there is one. */
function isUnfinished(): boolean {
  const unfinished = unfinishedOf(useEditor.getState().history.now);
  const [first] = unfinished?.items ?? [];
  if (!first) return false;
  setFindings(unfinished);
  goTo(first);
  return true;
}

interface PutOptions {
  note: string | undefined;
  mayOrphan: boolean;
}

async function put(workflowId: string, graph: Graph, saved: Saved, { note, mayOrphan }: PutOptions) {
  const address = rowAddress("workflows", workflowId, "graph/");
  const body = { ...graph, layout_before: layoutOf(saved.graph) };
  const { data, etag } = await request<GraphDocument>(
    "PUT",
    mayOrphan ? `${address}?orphan_schedules=true` : address,
    { body: note ? { ...body, version_note: note } : body, ifMatch: saved.etag },
  );
  return { graph: graphFrom(data), graphVersion: data.graph_version, etag };
}

/** So that what others have moved or written meanwhile stays where I have changed nothing. */
function layoutOf({ nodes, notes }: Graph) {
  const positions = nodes.map(({ node_id, position }) => [node_id, position] as const);
  return { positions: Object.fromEntries(positions), notes };
}

/**
 * The answer is what is saved now. What was drawn since `sent` stays drawn, and unsaved. Returns
 * whether the save made a version; one of positions alone made none, though others may have.
 */
function takeOver(sent: Graph, answer: Saved): boolean {
  const editor = useEditor.getState();
  const isNewVersion = !sameContent(editor.saved.graph, sent);
  editor.markSaved(answer);
  // With a save of positions alone the answer may hold what others saved meanwhile.
  if (countChanges(sent, answer.graph) > 0) {
    editor.put((now) => merge(sent, now, answer.graph, typeOf).graph);
  }
  useSaving.setState({ findings: null, unsure: null });
  if (awayMessage !== null) unsay(awayMessage);
  say(isNewVersion ? _("Saved as version %(graphVersion)s.", { graphVersion: answer.graphVersion }) : _("Saved."));
  return isNewVersion;
}

function sayAway(sent: Graph): false {
  useSaving.setState({ unsure: sent });
  awayMessage = say(
    _("The server cannot be reached. Your changes are kept here until it answers."),
    "bad",
    { label: _("Try again"), run: () => void save() },
  );
  return false;
}

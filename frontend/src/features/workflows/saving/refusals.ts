/** What to do when the server does not save: ask the user, or say why. */

import { ApiError } from "@/api/client";
import { _ } from "@/gettext";
import { page } from "@/page";
import { say } from "@/ui/messages";

import type { Graph } from "../graph/model";
import { loadGraph } from "../load";
import { useEditor } from "../store/editor";
import { resolveConflict } from "./resolve";
import { findingsFrom } from "./problems";
import { isStaleToken, renewPage } from "./session";
import { ask, setFindings } from "./store";

/** How the next attempt differs from the last. */
export interface Next {
  mayOrphan: boolean;
  /** Whether the token was renewed for it, so that this is tried once. */
  isRenewed?: boolean;
}

interface Attempt {
  workflowId: string;
  /** The graph that was refused; null for what is no graph. */
  sent: Graph | null;
  before: Next;
}

/** The next attempt; null if there is none. */
export async function afterRefusal(error: ApiError, attempt: Attempt): Promise<Next | null> {
  const { before } = attempt;
  if (error.isSignedOut) return signIn(before);
  if (isStaleToken(error)) return before.isRenewed ? sayWhy(error) : renew(before);
  if (error.code === "would_orphan_schedules") return askAboutSchedules(error, before);
  if (error.isConflict) return afterConflict(attempt);
  if (error.status === 404) return askAboutGone();
  if (error.status === 400 && attempt.sent) return showProblems(error, attempt.sent);
  return sayWhy(error);
}

async function renew(before: Next): Promise<Next | null> {
  const renewal = await renewPage();
  return renewal === "renewed" ? { ...before, isRenewed: true } : signIn(before);
}

/** Asks until the user has signed in again, or gives up. */
async function signIn(before: Next): Promise<Next | null> {
  let problem: string | null = null;
  while ((await ask({ kind: "signed-out", problem })) === "again") {
    const renewal = await renewPage();
    if (renewal === "renewed") return { ...before, isRenewed: true };
    problem = PROBLEMS[renewal]();
  }
  return null;
}

const PROBLEMS = {
  "signed-out": () => _("You are not signed in yet."),
  "other-user": () =>
    _("You are signed in as someone else. Sign in as %(user)s.", { user: page().user }),
  away: () => _("The server cannot be reached."),
};

async function askAboutSchedules(error: ApiError, before: Next): Promise<Next | null> {
  const schedules = error.fields.orphan_schedules ?? [];
  const decision = await ask({ kind: "orphans", message: error.message, schedules });
  return decision === "again" ? { ...before, mayOrphan: true } : null;
}

async function afterConflict({ workflowId, before }: Attempt): Promise<Next | null> {
  try {
    const theirs = await loadGraph(workflowId);
    return (await resolveConflict(workflowId, theirs)) ? { ...before, mayOrphan: false } : null;
  } catch (error) {
    if (error instanceof ApiError) return sayWhy(error);
    throw error;
  }
}

async function askAboutGone(): Promise<null> {
  await ask({ kind: "gone" });
  return null;
}

function showProblems(error: ApiError, sent: Graph): null {
  useEditor.getState().setProblems(error.fields, sent);
  const findings = findingsFrom(error.fields, sent);
  if (findings.items.length) setFindings(findings);
  else say(error.message, "bad");
  return null;
}

function sayWhy(error: ApiError): null {
  say(_("Nothing was saved. %(message)s", { message: error.message }), "bad");
  return null;
}

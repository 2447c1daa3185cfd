/** Changing what a workflow is called, and whether it is active. */

import { ApiError, request } from "@/api/client";
import { _ } from "@/gettext";
import { page, rowAddress } from "@/page";
import { say } from "@/ui/messages";

import { useWorkflow } from "../store/workflow";
import { afterRefusal, type Next } from "./refusals";

export interface WorkflowFields {
  name: string;
  description: string;
  is_active: boolean;
}

const address = () => rowAddress("workflows", page().workflow?.id ?? "");
/** The version that was read last: a change applies to it alone. */
let etag: string | null = null;

export async function loadWorkflow(): Promise<WorkflowFields> {
  const answer = await request<WorkflowFields>("GET", address());
  etag = answer.etag;
  const { name, description, is_active } = answer.data;
  return { name, description, is_active };
}

export type Change = { isDone: true } | { isDone: false; problem: string | null };

/** Save the fields. Asks where schedules would lose their start. */
export async function changeWorkflow(fields: WorkflowFields): Promise<Change> {
  let next: Next | null = { mayOrphan: false };
  while (next) {
    const before: Next = next;
    const query = before.mayOrphan ? "?orphan_schedules=true" : "";
    try {
      const answer = await request<WorkflowFields>("PATCH", `${address()}${query}`, {
        body: fields,
        ifMatch: etag,
      });
      etag = answer.etag;
      renamePage(useWorkflow.getState().name, answer.data.name);
      useWorkflow.setState({ name: answer.data.name, isActive: answer.data.is_active });
      say(_("Saved."));
      return { isDone: true };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.isConflict) return stale();
      if (error.status === 400) return { isDone: false, problem: firstOf(error) };
      if (error.isAway) return { isDone: false, problem: _("The server cannot be reached.") };
      next = await afterRefusal(error, { workflowId: "", sent: null, before });
    }
  }
  return { isDone: false, problem: null };
}

/** The title of the tab and the breadcrumb are of the page around the drawing. */
function renamePage(before: string, now: string): void {
  document.title = document.title.replace(before, () => now);
  const crumb = document.querySelector(".breadcrumbs [aria-current=page]");
  if (crumb) crumb.textContent = now;
}

async function stale(): Promise<Change> {
  const now = await loadWorkflow();
  const { name } = now;
  const problem = now.is_active
    ? _(
        "Someone changed it in the meantime; it is called “%(name)s” and is active now. Save again to overwrite that.",
        { name },
      )
    : _(
        "Someone changed it in the meantime; it is called “%(name)s” and is not active now. Save again to overwrite that.",
        { name },
      );
  return { isDone: false, problem };
}

function firstOf(error: ApiError): string {
  const [first] = Object.entries(error.fields);
  return first ? `${first[0]}: ${first[1][0]}` : error.message;
}

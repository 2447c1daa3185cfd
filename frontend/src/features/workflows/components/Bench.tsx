import { RunControls } from "@/features/runs/RunControls";
import { _, ngettext } from "@/gettext";
import { page } from "@/page";
import { Icon } from "@/ui/Icon";
import { moment } from "@/ui/time";

import { useUnsaved } from "../saving/unfinished";
import { isChanged, unsavedOf, useEditor } from "../store/editor";
import { useVersions } from "../versions/store";
import { useWorkflow } from "../store/workflow";
import { EditTools } from "./EditTools";
import { SaveControls } from "./SaveControls";
import { WorkflowMenu } from "./WorkflowMenu";

/** The bar above the drawing: what is open, whether it is saved, and the verbs. */
export function Bench() {
  const name = useWorkflow((state) => state.name);
  const isActive = useWorkflow((state) => state.isActive);
  return (
    <div className="o-bench">
      <h1 title={name}>{name}</h1>
      <SavedOrNot />
      {isActive ? null : <span className="o-tag">{_("not active")}</span>}
      <span className="o-bench__end">
        <EditTools />
        <WorkflowMenu />
        <span className="o-bench__sep o-only-broad" />
        <RunControls />
        <SaveControls />
      </span>
    </div>
  );
}

/** "3 changes not saved", or the version and when it was saved. */
function SavedOrNot() {
  const unsaved = useEditor(unsavedOf);
  const isUnsaved = useUnsaved();
  const isAllowed = useEditor((state) => state.isAllowed);
  if (isUnsaved) {
    return (
      <span className="o-state is-idle">
        <Icon name="pencil" small />
        {unsavedInWords(unsaved)}
      </span>
    );
  }
  return (
    <>
      <VersionInWords />
      {isAllowed ? null : (
        <span className="o-state is-idle" title={_("You may look at this workflow, and not change it.")}>
          <Icon name="lock" small />
          {_("View only")}
        </span>
      )}
    </>
  );
}

/** None, if all that is not saved is a text that is no value yet. */
function unsavedInWords(changes: number): string {
  if (!changes) return _("A field is unfinished");
  return ngettext("%(count)s change not saved", "%(count)s changes not saved", changes);
}

function VersionInWords() {
  const version = useEditor((state) => state.saved.graphVersion);
  const isEmpty = useEditor((state) => !isChanged(state) && state.saved.graph.nodes.length === 0);
  const savedAt = useVersions(({ list }) => list?.find((each) => each.number === version)?.saved_at);
  if (!savedAt && isEmpty) return <span className="o-quiet">{_("nothing drawn yet")}</span>;
  const time = savedAt && moment(new Date(savedAt), new Date(), page().zone);
  return (
    <span className="o-quiet">
      {time
        ? _("version %(version)s, saved %(time)s", { version, time })
        : _("version %(version)s", { version })}
    </span>
  );
}

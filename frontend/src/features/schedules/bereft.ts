/** Schedules that lose the trigger at which they start, said as soon as it is deleted. */

import { addEdge, addNode } from "@/features/workflows/graph/changes";
import { type Graph, nameOf, nodeOf } from "@/features/workflows/graph/model";
import { useEditor } from "@/features/workflows/store/editor";
import { _, listed, ngettext } from "@/gettext";
import { say, unsay } from "@/ui/messages";

import { schedulesStartingAt } from "./store";

/** At most so many names are read. */
const MOST_NAMES = 5;

/** Warn of the schedules that started at nodes that were deleted from `before`, with a way back. */
export function warnOfBereft(before: Graph, deleted: ReadonlySet<string>): void {
  const triggers = before.nodes.filter(
    ({ node_id }) => deleted.has(node_id) && schedulesStartingAt(node_id).length > 0,
  );
  if (!triggers.length) return;
  const ids = triggers.map((node) => node.node_id);
  const names = ids.flatMap((id) => schedulesStartingAt(id).map((schedule) => schedule.name));
  const where = listed(triggers.map((node) => `“${nameOf(node)}”`));
  const text = ngettext(
    "You deleted %(where)s, where the schedule %(names)s starts. Once saved, it has nothing to start unless another trigger accepts it.",
    "You deleted %(where)s, where %(count)s schedules start: %(names)s. Once saved, they have nothing to start unless another trigger accepts them.",
    names.length,
    { where, names: inWords(names) },
  );
  const message = say(text, "warn", { label: _("Undo"), run: () => putBack(before, deleted) });
  unsayOnceSettled(message, ids);
}

function inWords(names: readonly string[]): string {
  const some = names.slice(0, MOST_NAMES).join(", ");
  const count = names.length - MOST_NAMES;
  return count > 0 ? _("%(some)s and %(count)s more", { some, count }) : some;
}

/** As it was, whatever was drawn since: a step of its own. */
function putBack(before: Graph, deleted: ReadonlySet<string>): void {
  useEditor.getState().change((now) => {
    const lost = before.nodes.filter(
      ({ node_id }) => deleted.has(node_id) && !nodeOf(now, node_id),
    );
    const whole = lost.reduce(addNode, now);
    return before.edges
      .filter(({ source, target }) => deleted.has(source) || deleted.has(target))
      .filter(({ source, target }) => nodeOf(whole, source) && nodeOf(whole, target))
      .reduce(addEdge, whole);
  });
}

/** The warning goes once the triggers are back, or are gone from what is saved as well. */
function unsayOnceSettled(message: number, triggers: readonly string[]): void {
  const stop = useEditor.subscribe(({ history, saved }) => {
    const areBack = triggers.every((id) => nodeOf(history.now, id));
    if (!areBack && triggers.some((id) => nodeOf(saved.graph, id))) return;
    unsay(message);
    stop();
  });
}

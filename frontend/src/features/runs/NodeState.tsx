import { indexOf, isAttached } from "@/features/workflows/graph/lookup";
import { graphOf, useEditor } from "@/features/workflows/store/editor";
import { _ } from "@/gettext";
import type { NodeRun } from "@/types/models";
import { State } from "@/ui/State";
import { runState } from "@/ui/states";
import { useNow } from "@/ui/useNow";

import { hasEnded, lengthText } from "./execution";
import { PACE_MS } from "./polling";
import { nodeRunOf, type RunState, useRun } from "./store";

/** How the shown run went for a node: at the right of the node on the drawing. */
export function NodeState({ nodeId }: { nodeId: string }) {
  const isShown = useRun((state) => state.execution !== null);
  const isTool = useEditor((state) => isAttached(graphOf(state), nodeId));
  return isShown && !isTool ? <ShownState nodeId={nodeId} /> : null;
}

function ShownState({ nodeId }: { nodeId: string }) {
  const run = useRun((state) => nodeRunOf(state, nodeId));
  return run ? <RunLength run={run} /> : <NotReached nodeId={nodeId} />;
}

/** The state of a node's run with its length: the word is for screen readers. */
export function RunLength({ run }: { run: NodeRun }) {
  const shown = runState(run.status ?? "");
  const now = useNow(PACE_MS, !hasEnded(run.status ?? ""));
  const length = lengthText(run, now);
  const isWordShown = run.status === "skipped" || run.status === "cancelled" || !length;
  return (
    <State {...shown}>
      {isWordShown ? shown.word : <span className="o-sr">{shown.word}, </span>}
      {isWordShown ? null : length}
    </State>
  );
}

function NotReached({ nodeId }: { nodeId: string }) {
  const hasRunEnded = useRun((state) => hasEnded(state.execution?.status ?? ""));
  const running = useRun((state) => runningNodes(state));
  const isNext = useEditor((state) =>
    (indexOf(graphOf(state)).incoming.get(nodeId) ?? []).some((edge) =>
      running.split(" ").includes(edge.source),
    ),
  );
  if (hasRunEnded) return <span className="o-sr">{_("Not reached")}</span>;
  return (
    <State {...runState("pending")}>
      {isNext ? _("Next") : <span className="o-sr">{_("Not yet")}</span>}
    </State>
  );
}

/** The nodes that run now, in one text: a selector's value must be equal while nothing changes. */
const runningNodes = ({ execution }: RunState): string =>
  (execution?.node_runs ?? [])
    .filter((run) => run.status === "running")
    .map((run) => run.node_id)
    .join(" ");

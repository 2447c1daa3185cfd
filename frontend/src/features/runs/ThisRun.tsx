import { chosenNode, useEditor } from "@/features/workflows/store/editor";
import { _ } from "@/gettext";
import type { Json, NodeRun } from "@/types/models";
import { JsonTree } from "@/ui/JsonTree";
import { runState } from "@/ui/states";
import { useNow } from "@/ui/useNow";
import { within } from "@/ui/words";

import { type ExecutionDetail, hasEnded } from "./execution";
import { PACE_MS } from "./polling";
import { type Bar, barsOf } from "./waterfall";

/** When each node ran, and input and output of the chosen one. */
export function ThisRun({ execution }: { execution: ExecutionDetail }) {
  const chosen = useEditor(chosenNode);
  const shown = shownNode(execution, chosen);
  return (
    <div className="o-drawer__body">
      <div tabIndex={0} role="region" aria-label={_("When each node ran")}>
        <Waterfall execution={execution} chosen={shown?.node_id ?? null} />
      </div>
      {shown ? <InAndOut run={shown} /> : null}
    </div>
  );
}

/** The chosen node; else the one that failed, the one that runs, or the last that ran. */
function shownNode(
  { node_runs: runs }: ExecutionDetail,
  chosen: string | null,
): NodeRun | undefined {
  return (
    runs.find((run) => run.node_id === chosen) ??
    runs.find((run) => run.status === "failed") ??
    runs.find((run) => run.status === "running") ??
    runs.findLast((run) => run.status !== "skipped") ??
    runs.at(-1)
  );
}

function Waterfall({ execution, chosen }: { execution: ExecutionDetail; chosen: string | null }) {
  const now = useNow(PACE_MS, !hasEnded(execution.status ?? ""));
  const bars = barsOf(execution, now);
  if (!bars.length) return <p className="o-quiet">{_("No node has begun yet.")}</p>;
  return (
    <table className="o-water o-water--s">
      <caption className="o-sr">{_("When each node ran")}</caption>
      <tbody>
        {bars.map((bar) => (
          <BarRow key={bar.nodeId} bar={bar} isChosen={bar.nodeId === chosen} />
        ))}
      </tbody>
    </table>
  );
}

function BarRow({ bar, isChosen }: { bar: Bar; isChosen: boolean }) {
  const shown = runState(bar.status);
  const choose = () => useEditor.getState().select({ nodes: new Set([bar.nodeId]) });
  return (
    <tr className={isChosen ? "is-chosen" : undefined}>
      <th scope="row">
        <button type="button" title={bar.name} aria-pressed={isChosen} onClick={choose}>
          {bar.name}
        </button>
      </th>
      <td>
        <svg aria-hidden="true">
          {bar.width ? (
            <rect
              className={`b-${shown.tone}`}
              x={`${bar.start}%`}
              y="2"
              width={`${bar.width}%`}
              height="12"
              rx="2"
            />
          ) : null}
        </svg>
      </td>
      <td className="o-num">
        <span className="o-sr">{shown.word} </span>
        {bar.length || within(shown.word)}
      </td>
    </tr>
  );
}

function InAndOut({ run }: { run: NodeRun }) {
  const name = run.label || run.node_id;
  const output = hasEnded(run.status ?? "") ? _("Output") : _("Output so far");
  return (
    <>
      <Value title={_("Input of %(name)s", { name })} value={run.input as Json} id={run.node_id} />
      <Value title={output} value={run.output as Json} id={run.node_id} />
    </>
  );
}

function Value({ title, value, id }: { title: string; value: Json; id: string }) {
  return (
    <div tabIndex={0} role="region" aria-label={title}>
      <h3>{title}</h3>
      {value === null || value === undefined ? (
        <p className="o-quiet">{_("Nothing")}</p>
      ) : (
        <JsonTree key={id} value={value} label={title} />
      )}
    </div>
  );
}

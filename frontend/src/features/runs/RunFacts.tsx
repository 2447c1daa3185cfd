import type { ReactNode } from "react";

import { _ } from "@/gettext";
import { State } from "@/ui/State";
import { runState } from "@/ui/states";
import { useNow } from "@/ui/useNow";
import { When } from "@/ui/When";

import { type ExecutionDetail, hasEnded, lateness, lengthText, startedBy, versionOf } from "./execution";
import { PACE_MS } from "./polling";

/** What is to be known of a run as a whole: in the panel while no node is chosen. */
export function RunFacts({ execution }: { execution: ExecutionDetail }) {
  const hasRunEnded = hasEnded(execution.status ?? "");
  const now = useNow(PACE_MS);
  const shown = runState(execution.status ?? "");
  const facts: [string, ReactNode][] = [
    [_("State"), <State {...shown}>{shown.word}</State>],
    [_("Started by"), startedBy(execution)],
    [_("Started"), <Started execution={execution} now={now} />],
    [hasRunEnded ? _("Took") : _("So far"), lengthText(execution, now)],
    [_("Version"), versionOf(execution)],
  ];
  return (
    <div className="o-panel__body">
      <h2>{_("Run")}</h2>
      <dl className="o-kv">
        {facts.map(([name, value]) =>
          value ? (
            <div key={name} className="o-kv__pair">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {execution.error ? (
        <div className="o-note is-bad">
          <span className="o-note__text o-error-text">{execution.error}</span>
        </div>
      ) : null}
      <p className="o-quiet">
        {execution.node_runs.length
          ? _("Choose a node to see its input and output.")
          : _("No node has run yet.")}
      </p>
    </div>
  );
}

function Started({ execution, now }: { execution: ExecutionDetail; now: Date }) {
  if (!execution.started_at) return _("not yet");
  const late = lateness(execution);
  return (
    <>
      <When at={execution.started_at} now={now} />
      {late ? `, ${late}` : ""}
    </>
  );
}

import { useEffect, useRef, useState } from "react";

import { ApiError, get } from "@/api/client";
import { queryOf } from "@/features/schedules/schedule";
import { _ } from "@/gettext";
import { page } from "@/page";
import { Button } from "@/ui/Button";
import { State } from "@/ui/State";
import { runState } from "@/ui/states";
import { useNow } from "@/ui/useNow";
import { When } from "@/ui/When";

import { type Execution, hasEnded, lengthText, startedBy, versionOf } from "./execution";
import { watchExecution } from "./follow";
import { PACE_MS } from "./polling";
import { useRun } from "./store";

const PAGE_SIZE = 20;

interface Loaded {
  runs: Execution[];
  next: string | null;
}

interface Page {
  results: Execution[];
  next: string | null;
}

/** The executions of the workflow, newest first. A click replays one on the drawing. */
export function PastRuns() {
  const { loaded, problem, more } = usePastRuns();
  const now = useNow(PACE_MS);
  return (
    <div className="o-drawer__body o-drawer__body--past">
      <div tabIndex={0} role="region" aria-label={_("Past runs")}>
        {problem ? <p role="alert">{problem}</p> : null}
        {!loaded && !problem ? <p className="o-quiet">{_("Reading the runs…")}</p> : null}
        {loaded && !loaded.runs.length ? <p className="o-quiet">{_("No runs yet.")}</p> : null}
        {loaded?.runs.length ? <RunTable runs={loaded.runs} now={now} /> : null}
        {loaded?.next ? <Button onClick={more}>{_("Show more")}</Button> : null}
      </div>
    </div>
  );
}

function usePastRuns() {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [problem, setProblem] = useState("");
  const isReading = useRef(false);
  // One that has ended since changes the list.
  const newest = useRun(({ execution }) =>
    execution ? `${execution.id} ${hasEnded(execution.status ?? "")}` : "",
  );
  const read = async (search: string, before: Execution[]) => {
    if (isReading.current) return;
    isReading.current = true;
    try {
      const found = await get<Page>(page().addresses.executions + search);
      const next = found.next === null ? null : queryOf(found.next);
      setLoaded({ runs: [...before, ...found.results], next });
      setProblem("");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.message);
    } finally {
      isReading.current = false;
    }
  };
  useEffect(() => {
    const query = { workflow: page().workflow?.id ?? "", ordering: "-created_at" };
    void read(`?${new URLSearchParams({ ...query, page_size: String(PAGE_SIZE) })}`, []);
  }, [newest]);
  const more = () => {
    if (loaded?.next) void read(loaded.next, loaded.runs);
  };
  return { loaded, problem, more };
}

function RunTable({ runs, now }: { runs: readonly Execution[]; now: Date }) {
  const shown = useRun((state) => state.execution?.id);
  return (
    <table className="o-table o-table--dense o-past">
      <thead>
        <tr>
          <th scope="col">{_("State")}</th>
          <th scope="col">{_("Started")}</th>
          <th scope="col" className="o-num">
            {_("Took")}
          </th>
          <th scope="col">{_("Started by")}</th>
          <th scope="col" className="o-num o-only-broad">
            {_("Version")}
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <RunRow key={run.id} run={run} now={now} isShown={run.id === shown} />
        ))}
      </tbody>
    </table>
  );
}

function RunRow({ run, now, isShown }: { run: Execution; now: Date; isShown: boolean }) {
  const look = runState(run.status ?? "");
  return (
    <tr aria-current={isShown ? "true" : undefined}>
      <th scope="row">
        <button type="button" title={_("Show this run on the drawing")} onClick={() => watchExecution(run.id)}>
          <State {...look}>{look.word}</State>
        </button>
      </th>
      <td>
        <When at={run.started_at ?? run.created_at} now={now} only="relative" />
      </td>
      <td className="o-num">{lengthText(run, now)}</td>
      <td>{startedBy(run)}</td>
      <td className="o-num o-only-broad">{versionOf(run) ?? ""}</td>
    </tr>
  );
}

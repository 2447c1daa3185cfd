import { _ } from "@/gettext";
import { page } from "@/page";
import type { Json, NodeRun } from "@/types/models";
import { JsonTree } from "@/ui/JsonTree";
import { moment } from "@/ui/time";

import { lastRunOf, useLastRun } from "../../lastRun";
import { Faults } from "../forms/FieldFrame";

/** What the last finished run gave at a node. Nothing while no run is known. */
export function LastOutput({ nodeId }: { nodeId: string }) {
  const run = useLastRun((state) => state.run);
  const here = useLastRun(lastRunOf(nodeId));
  if (!run) return null;
  const at = here?.finished_at ?? run.finished_at;
  return (
    <section className="o-panel__section">
      <h3>
        {_("Output of the last run")}{" "}
        {at ? (
          <span className="o-quiet">{moment(new Date(at), new Date(), page().zone)}</span>
        ) : null}
      </h3>
      {here ? (
        <Output nodeId={nodeId} run={here} />
      ) : (
        <p className="o-quiet">{_("The last run did not reach this node.")}</p>
      )}
    </section>
  );
}

function Output({ nodeId, run }: { nodeId: string; run: NodeRun }) {
  const output = (run.output ?? null) as Json;
  return (
    <>
      {run.error ? <Faults faults={[run.error]} /> : null}
      {output === null && run.error ? null : (
        <JsonTree
          key={`${nodeId} ${run.finished_at}`}
          value={output}
          label={_("Output of the last run")}
        />
      )}
    </>
  );
}

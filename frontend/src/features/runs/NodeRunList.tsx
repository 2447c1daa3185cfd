import { _ } from "@/gettext";
import type { NodeRun } from "@/types/models";
import { Icon } from "@/ui/Icon";
import { Tile } from "@/ui/Tile";

import { RunLength } from "./NodeState";
import { NodeRunDetails } from "./NodeRunPanel";

/** The node runs of an execution as a list that unfolds: where there is no drawing. */
export function NodeRunList({ runs }: { runs: readonly NodeRun[] }) {
  if (!runs.length) return <p className="o-quiet">{_("No node has begun.")}</p>;
  const sorted = [...runs].sort((a, b) => a.sequence - b.sequence);
  return (
    <div className="o-groups">
      {sorted.map((run) => (
        <details key={run.sequence} className="o-group" open={run.status === "failed"}>
          <summary>
            <Icon name="chevron-right" />
            <span className="o-who">
              <Tile type={run.component_type} small />
              <span className="o-strong">{run.label || run.node_id}</span>
            </span>
            <RunLength run={run} />
          </summary>
          <NodeRunDetails run={run} />
        </details>
      ))}
    </div>
  );
}

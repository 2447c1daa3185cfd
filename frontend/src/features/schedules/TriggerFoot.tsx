import { useEffect } from "react";
import { useShallow } from "zustand/react/shallow";

import { lateness, startedBy } from "@/features/runs/execution";
import { useRun } from "@/features/runs/store";
import { page } from "@/page";
import { useNow } from "@/ui/useNow";

import { footOf } from "./foot";
import { ensureSchedules, startingAt, useSchedules } from "./store";

const PACE_MS = 30_000;

/** The foot of a schedule trigger on the drawing: how many schedules start it, and when next; of
 * a shown run, which one started it. */
export function TriggerFoot({ nodeId }: { nodeId: string }) {
  const ran = useRun(
    useShallow(({ execution }) =>
      execution?.trigger_type === "schedule" && execution.trigger_node_id === nodeId
        ? [startedBy(execution), lateness(execution)]
        : null,
    ),
  );
  return ran ? <Foot left={ran[0]} right={ran[1]} /> : <ScheduleFoot nodeId={nodeId} />;
}

function ScheduleFoot({ nodeId }: { nodeId: string }) {
  useEffect(ensureSchedules, []);
  const now = useNow(PACE_MS);
  const schedules = useSchedules(useShallow((state) => startingAt(state.schedules, nodeId)));
  const isLoaded = useSchedules((state) => state.isLoaded);
  const [left, right] = isLoaded ? footOf(schedules, now, page().zone) : ["\u00a0", ""];
  return <Foot left={left} right={right} />;
}

function Foot({ left = "", right = "" }: { left?: string | undefined; right?: string | undefined }) {
  return (
    <div className="o-node__foot">
      <span className="o-clip">{left}</span>
      <span>{right}</span>
    </div>
  );
}

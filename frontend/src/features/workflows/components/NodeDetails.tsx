import { NodeRunPanel } from "@/features/runs/NodeRunPanel";
import { useRun } from "@/features/runs/store";
import { TriggerSchedules } from "@/features/schedules/TriggerSchedules";
import { Tile } from "@/ui/Tile";

import { typeOf } from "../componentTypes";
import { nameOf, nodeOf } from "../graph/model";
import { chosenNode, graphOf, useEditor } from "../store/editor";

/** The panel beside the drawing: what the chosen node does. */
export function NodeDetails() {
  const node = useEditor((state) => {
    const id = chosenNode(state);
    return id === null ? undefined : nodeOf(graphOf(state), id);
  });
  const shownRun = useRun((state) => state.execution !== null);
  if (!node) return <aside className="o-panel" aria-label="Details" />;
  return (
    <aside className="o-panel" aria-label="Details">
      <header className="o-panel__head">
        <Tile type={node.component_type} />
        <div>
          <h2>{nameOf(node)}</h2>
          <p className="o-quiet">
            {typeOf(node.component_type)?.label ?? node.component_type}, <code>{node.node_id}</code>
          </p>
        </div>
      </header>
      {shownRun ? (
        <NodeRunPanel nodeId={node.node_id} />
      ) : (
        <>
          {node.component_type === "trigger_schedule" ? (
            <TriggerSchedules nodeId={node.node_id} />
          ) : null}
        </>
      )}
    </aside>
  );
}

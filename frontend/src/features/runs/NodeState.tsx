import { nodeRunOf, useRun } from "./store";

/** How the shown run went for a node: at the right of the node on the drawing. */
export function NodeState({ nodeId }: { nodeId: string }) {
  const run = useRun((state) => nodeRunOf(state, nodeId));
  return run ? <span className="o-state">{run.status}</span> : null;
}

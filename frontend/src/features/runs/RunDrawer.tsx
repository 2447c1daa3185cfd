import { useRun } from "./store";

/** The drawer below the drawing: the shown run, and past ones. */
export function RunDrawer() {
  const execution = useRun((state) => state.execution);
  if (!execution) return null;
  return <section className="o-drawer" aria-label="Run" />;
}

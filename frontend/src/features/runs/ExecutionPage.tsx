import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useState } from "react";

import { ApiError } from "@/api/client";
import { NodeDetails } from "@/features/workflows/components/NodeDetails";
import { WorkflowCanvas } from "@/features/workflows/components/WorkflowCanvas";
import { useEditor } from "@/features/workflows/store/editor";
import { _ } from "@/gettext";
import { Messages } from "@/ui/Messages";

import { closeRun, watchExecution } from "./follow";
import { loadExecution } from "./loadExecution";
import { NodeRunList } from "./NodeRunList";
import { ShownRun } from "./RunControls";
import { RunDrawer, titleOf } from "./RunDrawer";
import { RunNotes } from "./RunNotes";
import "./runs.css";
import { useRun } from "./store";

type Loading = "drawing" | "list" | { failed: string } | null;

/** An execution in the admin: the drawing that it ran, read-only, live while it runs. */
export function ExecutionPage({ executionId }: { executionId: string }) {
  const [loading, setLoading] = useState<Loading>(null);
  useEffect(() => {
    let isCurrent = true;
    loadExecution(executionId).then(
      ({ execution, graph }) => {
        if (!isCurrent) return;
        if (graph) useEditor.getState().load({ graph, graphVersion: 0, etag: null }, false);
        useRun.getState().show(execution);
        watchExecution(executionId);
        setLoading(graph ? "drawing" : "list");
      },
      (error: unknown) => {
        const failed = error instanceof ApiError ? error.message : String(error);
        if (isCurrent) setLoading({ failed });
      },
    );
    return () => {
      isCurrent = false;
      closeRun();
    };
  }, [executionId]);
  if (!loading) return <p className="o-quiet o-replay__text">{_("Loading the run…")}</p>;
  if (typeof loading === "object") return <p className="o-note is-bad">{loading.failed}</p>;
  return (
    <>
      <Head />
      {loading === "list" ? <List /> : <Drawing />}
      <Messages />
    </>
  );
}

function Head() {
  const execution = useRun((state) => state.execution);
  const isDrawerOpen = useRun((state) => state.drawer !== null);
  if (!execution) return null;
  return (
    <div className="o-bench">
      <h2>{execution.workflow_name}</h2>
      {isDrawerOpen ? null : <span className="o-quiet">{titleOf(execution, new Date())}</span>}
      <span className="o-bench__end">
        <ShownRun canClose={false} />
        {isDrawerOpen ? null : <OpenDrawer />}
      </span>
    </div>
  );
}

function OpenDrawer() {
  return (
    <button
      type="button"
      className="o-btn o-btn--s"
      onClick={() => useRun.getState().openDrawer("this")}
    >
      {_("Times and values")}
    </button>
  );
}

function Drawing() {
  return (
    <ReactFlowProvider>
      <div className="o-studio__body">
        <WorkflowCanvas />
        <NodeDetails />
      </div>
      <RunDrawer />
    </ReactFlowProvider>
  );
}

/** Without the graph: what the nodes did, one after the other. */
function List() {
  const execution = useRun((state) => state.execution);
  if (!execution) return null;
  return (
    <div className="o-replay__list">
      <RunNotes />
      <p className="o-quiet">
        {_(
          "The graph that it ran is not on record, so here are its nodes in the order in which they ran.",
        )}
      </p>
      <NodeRunList runs={execution.node_runs} />
    </div>
  );
}

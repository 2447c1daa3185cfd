import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useState } from "react";

import { ApiError } from "@/api/client";
import { RunDrawer } from "@/features/runs/RunDrawer";
import { page } from "@/page";
import type { NodeType } from "@/types/models";

import { extendWith } from "../componentTypes";
import { loadGraph, loadNodeTypes } from "../load";
import { useEditor } from "../store/editor";
import { Bench } from "./Bench";
import { NodeDetails } from "./NodeDetails";
import { NodePalette } from "./NodePalette";
import { WorkflowCanvas } from "./WorkflowCanvas";

type Loading = { types: NodeType[] } | { failed: string } | null;

/** The page on which a workflow is drawn. */
export function Studio({ workflowId }: { workflowId: string }) {
  const [loading, setLoading] = useState<Loading>(null);
  useEffect(() => {
    Promise.all([loadNodeTypes(), loadGraph(workflowId)]).then(
      ([types, saved]) => {
        extendWith(types);
        useEditor.getState().load(saved, page().may.change);
        setLoading({ types });
      },
      (error: unknown) =>
        setLoading({ failed: error instanceof ApiError ? error.message : String(error) }),
    );
  }, [workflowId]);
  if (!loading) return <p className="o-quiet">Loading the workflow…</p>;
  if ("failed" in loading) return <div className="o-note is-bad">{loading.failed}</div>;
  return (
    <ReactFlowProvider>
      <Bench />
      <div className="o-studio__body">
        <NodePalette types={loading.types} />
        <WorkflowCanvas />
        <NodeDetails />
      </div>
      <RunDrawer />
    </ReactFlowProvider>
  );
}

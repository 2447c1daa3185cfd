import "../saving/saving.css";

import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useState } from "react";

import { ApiError } from "@/api/client";
import { RunDrawer } from "@/features/runs/RunDrawer";
import { _ } from "@/gettext";
import { page } from "@/page";
import type { NodeType } from "@/types/models";
import { Button } from "@/ui/Button";
import { Messages } from "@/ui/Messages";

import { allTypes, extendWith } from "../componentTypes";
import { loadGraph, loadNodeTypes } from "../load";
import { DraftOffer } from "../saving/DraftOffer";
import { FindingsList } from "../saving/FindingsList";
import { SavingDialogs } from "../saving/SavingDialogs";
import { useLeaving } from "../saving/useLeaving";
import { useEditor } from "../store/editor";
import { refreshVersions, useVersions } from "../versions/store";
import { VersionBanner, VersionsPanel } from "../versions/VersionsPanel";
import { Bench } from "./Bench";
import { NodeDetails } from "./NodeDetails";
import { NodePalette } from "./NodePalette";
import { StudioSkeleton } from "./StudioSkeleton";
import { WorkflowCanvas } from "./WorkflowCanvas";

type Loading = { types: NodeType[] } | { failed: string } | null;

/** The page on which a workflow is drawn. */
export function Studio({ workflowId }: { workflowId: string }) {
  const [loading, retry] = useLoading(workflowId);
  if (!loading) return <StudioSkeleton />;
  if ("failed" in loading) return <LoadingFailed why={loading.failed} onRetry={retry} />;
  return (
    <ReactFlowProvider>
      <Drawn types={loading.types} />
    </ReactFlowProvider>
  );
}

function useLoading(workflowId: string): [Loading, () => void] {
  const [loading, setLoading] = useState<Loading>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    setLoading(null);
    Promise.all([loadNodeTypes(), loadGraph(workflowId)]).then(
      ([types, saved]) => {
        if (!isCurrent) return;
        extendWith(types);
        useEditor.getState().load(saved, page().may.change);
        setLoading({ types: allTypes() });
      },
      (error: unknown) => {
        const failed = error instanceof ApiError ? error.message : String(error);
        if (isCurrent) setLoading({ failed });
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [workflowId, attempt]);
  return [loading, () => setAttempt(attempt + 1)];
}

function LoadingFailed({ why, onRetry }: { why: string; onRetry: () => void }) {
  return (
    <div className="o-empty" role="alert">
      <h2>{_("The workflow could not be read")}</h2>
      <p>{why}</p>
      <div className="o-tools">
        <Button look="main" onClick={onRetry}>
          {_("Try again")}
        </Button>
      </div>
    </div>
  );
}

/** Bench, drawing and panels, once there is something to draw. */
function Drawn({ types }: { types: NodeType[] }) {
  const mayChange = useEditor((state) => state.mayChange);
  const areVersionsOpen = useVersions((state) => state.isOpen);
  const version = useEditor((state) => state.saved.graphVersion);
  const isKnown = useVersions(({ list }) => list?.some(({ number }) => number === version) ?? false);
  useLeaving();
  // At first, and when someone else's version is taken over; one's own save is on the list.
  useEffect(() => {
    if (!isKnown) void refreshVersions();
  }, [version, isKnown]);
  return (
    <>
      <Bench />
      <DraftOffer />
      <VersionBanner />
      <FindingsList />
      <div className={mayChange ? "o-studio__body" : "o-studio__body o-studio__body--viewing"}>
        {mayChange ? <NodePalette types={types} /> : null}
        <WorkflowCanvas />
        {areVersionsOpen ? <VersionsPanel /> : <NodeDetails />}
      </div>
      <RunDrawer />
      <SavingDialogs />
      <Messages />
    </>
  );
}

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { ExecutionPage } from "@/features/runs/ExecutionPage";
import { NewWorkflow } from "@/features/workflows/exchange/NewWorkflow";
import { Studio } from "@/features/workflows/components/Studio";
import { keepDraft } from "@/features/workflows/saving/drafts";
import { _ } from "@/gettext";
import { page } from "@/page";
import { ErrorBoundary } from "@/ui/ErrorBoundary";

/** What the page asks for. */
function App() {
  const { workflow, execution, page: kind } = page();
  if (kind === "execution" && execution) return <ExecutionPage executionId={execution} />;
  if (kind === "new") return <NewWorkflow />;
  return workflow ? <Studio workflowId={workflow.id} /> : null;
}

const ADVICE = _("Reload it. If you had unsaved changes, the page then offers to go on with them.");

const root = document.getElementById("ostinato-root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <ErrorBoundary what={_("This page")} advice={ADVICE} onError={keepDraft}>
        <App />
      </ErrorBoundary>
    </StrictMode>,
  );
}

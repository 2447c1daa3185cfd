import { type KeyboardEvent, useEffect } from "react";

import { NodeRunPanel } from "@/features/runs/NodeRunPanel";
import { RunFacts } from "@/features/runs/RunFacts";
import { useRun } from "@/features/runs/store";
import { TriggerSchedules } from "@/features/schedules/TriggerSchedules";
import { _, ngettext, woven } from "@/gettext";
import { page } from "@/page";
import type { NodeType } from "@/types/models";
import { ErrorBoundary } from "@/ui/ErrorBoundary";

import { typeOf } from "../componentTypes";
import { type GraphNode, nodeOf } from "../graph/model";
import { loadLastRun } from "../lastRun";
import { chosenNode, graphOf, useEditor } from "../store/editor";
import { AgentParts } from "./details/AgentParts";
import { LastOutput } from "./details/LastOutput";
import { LeadsTo } from "./details/LeadsTo";
import { NodeHead } from "./details/NodeHead";
import { WebhookAddress } from "./details/WebhookAddress";
import { NodeForm } from "./forms/NodeForm";
import { Keys } from "./Keys";

const ADVICE = _("The drawing still works, and so does Save. Nothing that you drew is lost.");

const INACTIVE = _("It is not active: runs end here, and what only it leads to does not run.");

/** The panel beside the drawing: what the chosen node does, or did in the run that is shown. */
export function NodeDetails() {
  const node = useEditor((state) => {
    const id = chosenNode(state);
    return id === null ? undefined : nodeOf(graphOf(state), id);
  });
  const isRunShown = useRun((state) => state.execution !== null);
  const workflow = page().workflow?.id;
  useEffect(() => void (workflow && loadLastRun(workflow)), [workflow]);
  return (
    <aside className="o-panel" aria-label={_("Details")} onKeyDown={backToDrawing}>
      {node ? (
        <ErrorBoundary what={_("This node")} advice={ADVICE} part={node.node_id}>
          <NodeHead key={node.node_id} node={node} />
          {isRunShown ? <NodeRunPanel nodeId={node.node_id} /> : <Settings node={node} />}
        </ErrorBoundary>
      ) : (
        <Unchosen />
      )}
    </aside>
  );
}

function Settings({ node }: { node: GraphNode }) {
  const type = typeOf(node.component_type);
  if (!type) return <UnknownType name={node.component_type} />;
  return (
    <div className="o-panel__body" key={node.node_id}>
      <About type={type} node={node} />
      {node.component_type === "trigger_schedule" ? <TriggerSchedules nodeId={node.node_id} /> : null}
      <NodeForm node={node} type={type} />
      {node.component_type === "trigger_webhook" ? <WebhookAddress node={node} /> : null}
      {type.takes_tools ? <AgentParts node={node} type={type} /> : null}
      <LeadsTo node={node} />
      <LastOutput nodeId={node.node_id} />
    </div>
  );
}

function About({ type, node }: { type: NodeType; node: GraphNode }) {
  return (
    <p className="o-quiet">
      {type.description}
      {node.is_active ? null : ` ${INACTIVE}`}
    </p>
  );
}

function UnknownType({ name }: { name: string }) {
  return (
    <div className="o-panel__body">
      <div className="o-note is-bad">
        <span className="o-note__text">
          {woven(
            _("This site has no node type %(name)s. The workflow can be saved again once the node is deleted, or the type is installed."),
            { name: <code>{name}</code> },
          )}
        </span>
      </div>
    </div>
  );
}

function Unchosen() {
  const chosen = useEditor((state) => state.selection.nodes.size);
  const execution = useRun((state) => state.execution);
  if (chosen < 2) return execution ? <RunFacts execution={execution} /> : <Keys />;
  return (
    <div className="o-panel__body">
      <p>
        {ngettext(
          "%(count)s node is chosen. Choose one to see its settings.",
          "%(count)s nodes are chosen. Choose one to see its settings.",
          chosen,
        )}
      </p>
    </div>
  );
}

/** Escape goes from the panel to the node on the drawing. */
function backToDrawing(event: KeyboardEvent): void {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  const id = chosenNode(useEditor.getState());
  if (id === null) return;
  event.stopPropagation();
  document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus();
}

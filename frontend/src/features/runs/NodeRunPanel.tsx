import { typeOf } from "@/features/workflows/componentTypes";
import { nodeOf } from "@/features/workflows/graph/model";
import { graphOf, useEditor } from "@/features/workflows/store/editor";
import { _ } from "@/gettext";
import type { Json, JsonObject, NodeRun } from "@/types/models";
import { JsonTree } from "@/ui/JsonTree";
import { State } from "@/ui/State";
import { runState } from "@/ui/states";
import { useNow } from "@/ui/useNow";
import { When } from "@/ui/When";

import { callsOf } from "./agentRecord";
import { AgentTalk } from "./AgentTalk";
import { hasEnded, lengthText } from "./execution";
import { PACE_MS } from "./polling";
import { nodeRunOf, useRun } from "./store";

/** What the shown run did at a node: in the panel, in place of its settings. */
export function NodeRunPanel({ nodeId }: { nodeId: string }) {
  const run = useRun((state) => nodeRunOf(state, nodeId));
  const hasRunEnded = useRun((state) => hasEnded(state.execution?.status ?? ""));
  if (run) return <NodeRunDetails run={run} />;
  return (
    <div className="o-panel__body">
      <p className="o-quiet">
        {hasRunEnded
          ? _("This run did not reach the node.")
          : _("The run has not reached the node yet.")}
      </p>
    </div>
  );
}

/** One node run in full: also where there is no drawing. */
export function NodeRunDetails({ run }: { run: NodeRun }) {
  const isAgent = callsOf(run.output as Json).length > 0;
  return (
    <div className="o-panel__body">
      <Facts run={run} />
      {run.error ? (
        <div className="o-note is-bad">
          <span className="o-note__text o-error-text">{run.error}</span>
        </div>
      ) : null}
      {isAgent ? <AgentRun run={run} /> : null}
      <Value title={_("Input")} value={run.input as Json} run={run} />
      <Value title={_("Output")} value={run.output as Json} run={run} />
    </div>
  );
}

function Facts({ run }: { run: NodeRun }) {
  const isOngoing = !hasEnded(run.status ?? "");
  const now = useNow(PACE_MS);
  const length = lengthText(run, now);
  const shown = runState(run.status ?? "");
  return (
    <dl className="o-kv">
      <dt>{_("State")}</dt>
      <dd>
        <State {...shown}>{shown.word}</State>
      </dd>
      {run.started_at ? (
        <>
          <dt>{_("Started")}</dt>
          <dd>
            <When at={run.started_at} now={now} />
          </dd>
        </>
      ) : null}
      {length ? (
        <>
          <dt>{isOngoing ? _("So far") : _("Took")}</dt>
          <dd>{length}</dd>
        </>
      ) : null}
      {run.port && isChoice(run.component_type) ? (
        <>
          <dt>{_("Left by")}</dt>
          <dd>
            <code>{run.port}</code>
          </dd>
        </>
      ) : null}
    </dl>
  );
}

/** Whether the flow leaves a node of this type by one of several ports. */
function isChoice(name: string): boolean {
  const type = typeOf(name);
  return !type || type.ports.length > 1 || type.port_fields.length > 0;
}

function AgentRun({ run }: { run: NodeRun }) {
  const config = useEditor((state) => nodeOf(graphOf(state), run.node_id)?.config);
  return (
    <AgentTalk
      output={run.output as Json}
      config={config ?? {}}
      defaults={defaultsOf(run.component_type)}
    />
  );
}

/** The defaults of a type's configuration. */
function defaultsOf(type: string): JsonObject {
  const properties = Object.entries(typeOf(type)?.config_schema.properties ?? {});
  return Object.fromEntries(properties.map(([name, schema]) => [name, schema.default ?? null]));
}

function Value({ title, value, run }: { title: string; value: Json; run: NodeRun }) {
  if (value === null || value === undefined) return null;
  return (
    <section className="o-panel__section">
      <h3>{title}</h3>
      <JsonTree key={`${run.sequence} ${title}`} value={value} label={title} />
    </section>
  );
}

import { useEffect, useMemo } from "react";

import { _, ngettext } from "@/gettext";
import type { JsonSchema, NodeType } from "@/types/models";

import { loadFunctions, useFunctions } from "../../functions";
import { isAttached } from "../../graph/lookup";
import type { GraphNode } from "../../graph/model";
import { nodeProblems } from "../../graph/problems";
import { unfinishedIn, useDrafts } from "../../store/drafts";
import { graphOf, useEditor } from "../../store/editor";
import { effectiveSchema, leftToModel } from "./effective";
import { Faults } from "./FieldFrame";
import { faultsElsewhere } from "./faults";
import { titleOf } from "./kinds";
import { SchemaFields } from "./SchemaFields";
import { type FormScope, FormScopeProvider } from "./scope";
import { ScheduleChoice } from "./ScheduleChoice";

/** The form of a node, made from the schema of its type. */
export function NodeForm({ node, type }: { node: GraphNode; type: NodeType }) {
  const placed = useEditor((state) => state.placed);
  const problems = useMemo(() => nodeProblems(placed, node.node_id), [placed, node.node_id]);
  const mayChange = useEditor((state) => state.mayChange);
  const isTool = useEditor((state) => isAttached(graphOf(state), node.node_id));
  const functions = useFunctions((state) => state.list);
  const schema = useMemo(
    () => effectiveSchema(type.config_schema, node.config, functions),
    [type, node.config, functions],
  );
  const usesFunctions = schema.properties?.arguments !== undefined;
  useEffect(() => void (usesFunctions && loadFunctions()), [usesFunctions]);
  const scope: FormScope = {
    nodeId: node.node_id,
    type,
    config: node.config,
    problems,
    disabled: !mayChange,
    isTool,
  };
  return (
    <FormScopeProvider value={scope}>
      <ProblemSummary scope={scope} schema={schema} />
      {isTool ? <ToolNote scope={scope} schema={schema} /> : null}
      {node.component_type === "trigger_schedule" ? (
        <ScheduleChoice schema={schema} />
      ) : (
        <SchemaFields path={[]} schema={schema} />
      )}
    </FormScopeProvider>
  );
}

interface PartProps {
  scope: FormScope;
  schema: JsonSchema;
}

/** How many faults the last save found here, and those that no field shows. */
function ProblemSummary({ scope: { problems, nodeId }, schema }: PartProps) {
  const count = Object.values(problems).flat().length;
  const drafts = useDrafts();
  const isUnfinished = useEditor((state) =>
    unfinishedIn(graphOf(state), drafts).some((each) => each.nodeId === nodeId),
  );
  if (!count && !isUnfinished) return null;
  const elsewhere = faultsElsewhere(problems, Object.keys(schema.properties ?? {}));
  return (
    <div className="o-note is-bad" role="status">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <use href="#s-failing" />
      </svg>
      <div className="o-note__text">
        {count
          ? ngettext(
              "One field keeps this workflow from being saved.",
              "%(count)s fields keep this workflow from being saved.",
              count,
            )
          : _("What is typed in a field is no value yet.")}
        <Faults faults={elsewhere} />
        {count > elsewhere.length ? <FirstFault /> : null}
      </div>
    </div>
  );
}

function FirstFault() {
  return (
    <button
      type="button"
      className="o-linkbtn"
      onClick={(event) => {
        const panel = event.currentTarget.closest(".o-panel");
        panel?.querySelector<HTMLElement>(".o-field--bad :is(input, select, textarea, button)")?.focus();
      }}
    >
      {_("Go to the first")}
    </button>
  );
}

/** What an agent's model does with this node. */
function ToolNote({ scope: { config }, schema }: PartProps) {
  const open = leftToModel(schema, config, titleOf);
  return (
    <p className="o-note o-note--plain">
      <span className="o-note__text">
        {_("An agent has this node as a tool.")}{" "}
        {open.length
          ? _("Its model fills in what is empty here: %(fields)s.", { fields: open.join(", ") })
          : _("Every field is set here, so its model fills in none.")}
      </span>
    </p>
  );
}

import { useState } from "react";

import { _, ngettext } from "@/gettext";
import { Button } from "@/ui/Button";

import { typeOf } from "../../componentTypes";
import { renameNode } from "../../graph/changes";
import type { GraphNode } from "../../graph/model";
import { idProblem, mentions } from "../../graph/rename";
import { graphOf, useEditor } from "../../store/editor";
import { Faults } from "../forms/FieldFrame";

interface IdFormProps {
  node: GraphNode;
  onClose: () => void;
}

/** Another id for a node, with what comes of it: templates follow. */
export function IdForm({ node, onClose }: IdFormProps) {
  const [id, setId] = useState(node.node_id);
  const graph = useEditor(graphOf);
  const problem = idProblem(graph, node.node_id, id);
  return (
    <form
      className="o-idform"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem) return;
        rename(node.node_id, id);
        onClose();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div className={problem ? "o-field o-field--bad" : "o-field"}>
        <label htmlFor="node-id">{_("Id")}</label>
        <div className="o-fieldrow">
          <input
            id="node-id"
            className="o-input-mono"
            aria-describedby="node-id-help"
            aria-invalid={problem !== null || undefined}
            autoFocus
            value={id}
            onChange={(event) => setId(event.target.value)}
          />
          <Button type="submit" disabled={problem !== null}>
            {_("Change")}
          </Button>
          <Button look="bare" icon="x" aria-label={_("Keep the id")} onClick={onClose} />
        </div>
        {problem ? (
          <Faults id="node-id-help" faults={[problem]} />
        ) : (
          <p className="o-help" id="node-id-help">
            {consequences(node, mentions(graph, node.node_id, typeOf))}
          </p>
        )}
      </div>
    </form>
  );
}

function rename(from: string, to: string): void {
  if (from === to) return;
  const { change, select } = useEditor.getState();
  change((graph) => renameNode(graph, from, to, typeOf));
  select({ nodes: new Set([to]) });
}

function consequences(node: GraphNode, others: number): string {
  const follow = others
    ? ngettext(
        "Templates of one node name it and are changed as well.",
        "Templates of %(count)s nodes name it and are changed as well.",
        others,
      )
    : _("No template names it.");
  const isSavedTrigger = node.id !== undefined && typeOf(node.component_type)?.kind === "trigger";
  const loses = _(
    "To the server it is a new node: schedules and a webhook address of the old one do not follow.",
  );
  return [follow, _("Past runs keep the old id."), isSavedTrigger ? loses : ""].join(" ").trimEnd();
}

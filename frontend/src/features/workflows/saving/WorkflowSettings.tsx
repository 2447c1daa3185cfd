import { useEffect, useState } from "react";

import { _ } from "@/gettext";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

import { changeWorkflow, loadWorkflow, type WorkflowFields } from "./workflow";

/** Name, description, and whether it is active: one dialog, saved apart from the graph. */
export function WorkflowSettings({ onClose }: { onClose: () => void }) {
  const { fields, setFields, problem, isBusy, submit } = useSettings(onClose);
  return (
    <Dialog
      title={_("Name, description, active")}
      onClose={onClose}
      actions={
        <>
          <Button look="bare" onClick={onClose}>
            {_("Cancel")}
          </Button>
          <Button look="main" disabled={!fields || isBusy} onClick={submit}>
            {_("Save")}
          </Button>
        </>
      }
    >
      {problem ? (
        <p className="o-note is-bad" role="alert">
          {problem}
        </p>
      ) : null}
      {fields ? <Fields fields={fields} onChange={setFields} onSubmit={submit} /> : null}
    </Dialog>
  );
}

function useSettings(onClose: () => void) {
  const [fields, setFields] = useState<WorkflowFields | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    loadWorkflow().then(setFields, (error: Error) => setProblem(error.message));
  }, []);
  const submit = async () => {
    if (!fields || isBusy) return;
    setBusy(true);
    const found = await changeWorkflow(fields);
    setBusy(false);
    if (found.isDone) onClose();
    else setProblem(found.problem);
  };
  return { fields, setFields, problem, isBusy, submit: () => void submit() };
}

interface FieldsProps {
  fields: WorkflowFields;
  onChange: (fields: WorkflowFields) => void;
  onSubmit: () => void;
}

function Fields({ fields, onChange, onSubmit }: FieldsProps) {
  return (
    <form
      className="o-fields"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <div className="o-field">
        <label htmlFor="workflow-name">{_("Name")}</label>
        <input
          id="workflow-name"
          autoFocus
          value={fields.name}
          onChange={(event) => onChange({ ...fields, name: event.target.value })}
        />
      </div>
      <div className="o-field">
        <label htmlFor="workflow-description">
          {_("Description")} <span className="o-quiet">{_("optional")}</span>
        </label>
        <textarea
          id="workflow-description"
          rows={3}
          value={fields.description}
          onChange={(event) => onChange({ ...fields, description: event.target.value })}
        />
      </div>
      <label className="o-check">
        <input
          type="checkbox"
          checked={fields.is_active}
          onChange={(event) => onChange({ ...fields, is_active: event.target.checked })}
        />
        {_("Active: triggers start it")}
      </label>
    </form>
  );
}

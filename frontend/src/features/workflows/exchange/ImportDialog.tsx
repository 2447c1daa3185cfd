import { useState } from "react";

import { _ } from "@/gettext";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

import { FileDrop, ImportProblems, ImportSummary } from "./ImportForm";
import { useImport } from "./useImport";

/** Imports a file as a new workflow, which opens on its own canvas. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { fileName, preview, problem, isBusy, choose, create } = useImport();
  const [name, setName] = useState("");
  const submit = () => void create(name.trim());
  return (
    <Dialog
      title={_("Import a workflow")}
      lead={_(
        "It becomes a new workflow of yours. Nothing is written before you have seen what it is.",
      )}
      onClose={onClose}
      actions={
        <>
          <Button look="bare" onClick={onClose}>
            {_("Cancel")}
          </Button>
          <Button look="main" disabled={!preview || isBusy} onClick={submit}>
            {isBusy && preview ? _("Importing…") : _("Import")}
          </Button>
        </>
      }
    >
      <FileDrop fileName={fileName} isBusy={isBusy} onChoose={(file) => void choose(file)} />
      {problem ? <ImportProblems problem={problem} /> : null}
      {preview ? (
        <>
          <div className="o-field">
            <label htmlFor="import-name">{_("Name")}</label>
            <input
              id="import-name"
              value={name}
              placeholder={preview.workflow.name}
              onChange={(event) => setName(event.target.value)}
            />
          </div>
          <ImportSummary preview={preview} />
        </>
      ) : null}
    </Dialog>
  );
}

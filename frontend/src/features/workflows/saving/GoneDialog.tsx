import { page } from "@/page";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { saveAsFile } from "@/ui/files";

import { drawnFile } from "../exchange/drawn";
import { useEditor } from "../store/editor";

/** The workflow was deleted while it was drawn: what is drawn can be kept as a file. */
export function GoneDialog({ onClose }: { onClose: () => void }) {
  const name = page().workflow?.name ?? "Workflow";
  const keep = () => saveAsFile(drawnFile(name, useEditor.getState().history.now));
  return (
    <Dialog
      title="This workflow no longer exists"
      lead="Someone deleted it, or you may no longer view it. You can keep what you drew as a file and import it as a new workflow."
      onClose={onClose}
      actions={
        <>
          <Button look="bare" onClick={onClose}>
            Close
          </Button>
          <Button look="main" icon="download" onClick={keep}>
            Save as a file
          </Button>
        </>
      }
    />
  );
}

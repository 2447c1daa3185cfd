import { _ } from "@/gettext";
import { page } from "@/page";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { saveAsFile } from "@/ui/files";

import { drawnFile } from "../exchange/drawn";
import { useEditor } from "../store/editor";

/** The workflow was deleted while it was drawn: what is drawn can be kept as a file. */
export function GoneDialog({ onClose }: { onClose: () => void }) {
  const name = page().workflow?.name ?? _("Workflow");
  const keep = () => saveAsFile(drawnFile(name, useEditor.getState().history.now));
  return (
    <Dialog
      title={_("This workflow no longer exists")}
      lead={_(
        "Someone deleted it, or you may no longer view it. You can keep what you drew as a file and import it as a new workflow.",
      )}
      onClose={onClose}
      actions={
        <>
          <Button look="bare" onClick={onClose}>
            {_("Close")}
          </Button>
          <Button look="main" icon="download" onClick={keep}>
            {_("Save as a file")}
          </Button>
        </>
      }
    />
  );
}

import { useState } from "react";

import { _ } from "@/gettext";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

import { save } from "./save";

const LONGEST_NOTE = 200;

/** Asks for a note, which the list of versions shows, and saves with it. */
export function SaveWithNote({ onClose }: { onClose: () => void }) {
  const [note, setNote] = useState("");
  const submit = () => {
    onClose();
    void save({ note: note.trim() });
  };
  return (
    <Dialog
      title={_("Save with a note")}
      lead={_("The list of versions shows it beside this save.")}
      onClose={onClose}
      actions={
        <>
          <Button look="bare" onClick={onClose}>
            {_("Cancel")}
          </Button>
          <Button look="main" onClick={submit}>
            {_("Save")}
          </Button>
        </>
      }
    >
      <form
        className="o-field"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <label htmlFor="version-note">{_("What has changed?")}</label>
        <input
          id="version-note"
          value={note}
          maxLength={LONGEST_NOTE}
          onChange={(event) => setNote(event.target.value)}
        />
      </form>
    </Dialog>
  );
}

import { _ } from "@/gettext";
import { Button } from "@/ui/Button";

import { graphOf, useEditor } from "../store/editor";
import { addNote, redo, tidyUp, undo } from "../store/verbs";

/** Undo and redo, and what rearranges the drawing. */
export function EditTools() {
  const canUndo = useEditor((state) => state.history.past.length > 0);
  const canRedo = useEditor((state) => state.history.future.length > 0);
  const empty = useEditor((state) => graphOf(state).nodes.length === 0);
  const mayChange = useEditor((state) => state.mayChange);
  if (!mayChange) return null;
  return (
    <>
      <span className="o-btns o-only-broad">
        <Button
          icon="undo-2"
          aria-label={_("Undo")}
          title={_("Undo (Ctrl Z)")}
          disabled={!canUndo}
          onClick={undo}
        />
        <Button
          icon="redo-2"
          aria-label={_("Redo")}
          title={_("Redo (Ctrl Shift Z)")}
          disabled={!canRedo}
          onClick={redo}
        />
      </span>
      <Button
        look="bare"
        icon="sticky-note"
        className="o-only-broad"
        aria-label={_("Add a note")}
        title={_("Add a note (N)")}
        onClick={addNote}
      />
      <Button
        look="bare"
        icon="layout-grid"
        className="o-only-broad"
        disabled={empty}
        onClick={tidyUp}
      >
        {_("Tidy up")}
      </Button>
    </>
  );
}

import { Button } from "@/ui/Button";

import { useEditor } from "../store/editor";

/** Undo and redo, and what rearranges the drawing. */
export function EditTools() {
  const canUndo = useEditor((state) => state.history.past.length > 0);
  const canRedo = useEditor((state) => state.history.future.length > 0);
  const { undo, redo } = useEditor.getState();
  return (
    <span className="o-btns o-only-broad">
      <Button icon="undo-2" aria-label="Undo" title="Undo (Ctrl Z)" disabled={!canUndo} onClick={undo} />
      <Button
        icon="redo-2"
        aria-label="Redo"
        title="Redo (Ctrl Shift Z)"
        disabled={!canRedo}
        onClick={redo}
      />
    </span>
  );
}

import { useEffect, useState } from "react";

import { _ } from "@/gettext";
import { Button } from "@/ui/Button";
import { Menu, MenuItem } from "@/ui/Menu";

import { save } from "../saving/save";
import { SaveWithNote } from "../saving/SaveWithNote";
import { useSaving } from "../saving/store";
import { useUnsaved } from "../saving/unfinished";
import { useEditor } from "../store/editor";

/** "Save", with or without a note. Nobody draws on a phone, so it is not there. */
export function SaveControls() {
  const isAllowed = useEditor((state) => state.isAllowed);
  const isLooking = useEditor((state) => state.looked !== null);
  const canSave = useUnsaved() && !isLooking;
  const isSaving = useSaving((state) => state.isSaving);
  const [isNoting, setNoting] = useState(false);
  useShortcut();
  if (!isAllowed) return null;
  return (
    <>
      <span className="o-btns o-only-broad">
        <Button
          look="main"
          title={_("Save (Ctrl S)")}
          aria-busy={isSaving}
          disabled={!canSave}
          onClick={() => void save()}
        >
          {isSaving ? _("Saving…") : _("Save")}
        </Button>
        {canSave ? (
          <Menu label={_("More ways to save")} icon="chevron-down" look="main">
            <MenuItem icon="message-square" onChoose={() => setNoting(true)}>
              {_("Save with a note…")}
            </MenuItem>
          </Menu>
        ) : null}
      </span>
      {isNoting ? <SaveWithNote onClose={() => setNoting(false)} /> : null}
    </>
  );
}

/** Ctrl+S saves, and never opens the browser's dialog. */
function useShortcut(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isIt = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s";
      if (!isIt) return;
      event.preventDefault();
      const { isAllowed, looked } = useEditor.getState();
      const isBusy = looked !== null || document.querySelector("dialog[open]") !== null;
      if (isAllowed && !isBusy && !event.shiftKey) void save();
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, []);
}

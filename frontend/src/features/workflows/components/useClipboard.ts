import { useEffect } from "react";

import { useEditor } from "../store/editor";
import { copySelected, deleteSelected, pasteText } from "../store/verbs";
import { isTaken } from "./useKeyboard";
import { isNarrow } from "./useMayEdit";

/** Copy, cut and paste by the browser's own events: they need no permission. */
export function useClipboard(): void {
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      if (isTaken(event.target) || !mayEdit()) return;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (!text) return;
      event.preventDefault();
      pasteText(text);
    };
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, []);
}

const mayEdit = () => useEditor.getState().mayChange && !isNarrow();

/** Selected text on the page goes before selected nodes. */
function onCopy(event: ClipboardEvent): void {
  const marked = window.getSelection();
  if (isTaken(event.target) || (marked && !marked.isCollapsed)) return;
  const text = copySelected();
  if (text === null) return;
  event.clipboardData?.setData("text/plain", text);
  event.preventDefault();
  if (event.type === "cut" && mayEdit()) deleteSelected();
}

/** What happens when the page is left with unsaved changes. */

import { useEffect } from "react";

import { isChanged, useEditor } from "../store/editor";
import { findDrafts, keepDrafts } from "./drafts";

/** Warns before the page is left, marks its title, and keeps a draft for the next visit. */
export function useLeaving(): void {
  const changed = useEditor(isChanged);
  useEffect(() => {
    void findDrafts(new Date());
    return keepDrafts();
  }, []);
  useEffect(() => {
    if (!changed) return;
    const title = document.title;
    document.title = `• ${title}`;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => {
      document.title = title;
      window.removeEventListener("beforeunload", warn);
    };
  }, [changed]);
}

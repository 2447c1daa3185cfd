/** What happens when the page is left with unsaved changes. */

import { useEffect } from "react";

import { findDrafts, keepDrafts } from "./drafts";
import { useUnsaved } from "./unfinished";

/** Warns before the page is left, marks its title, and keeps a draft for the next visit. */
export function useLeaving(): void {
  const changed = useUnsaved();
  useEffect(() => {
    void findDrafts(new Date());
    return keepDrafts();
  }, []);
  useEffect(() => {
    if (!changed) return;
    document.title = `• ${document.title}`;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => {
      document.title = document.title.replace(/^• /, "");
      window.removeEventListener("beforeunload", warn);
    };
  }, [changed]);
}

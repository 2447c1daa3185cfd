/** Texts in the forms that are no values yet: a save waits until they are finished. */

import { ngettext } from "@/gettext";

import { nameOf, nodeOf, type Graph } from "../graph/model";
import { unfinishedIn, useDrafts } from "../store/drafts";
import { isChanged, useEditor } from "../store/editor";
import { fieldInWords } from "./problems";
import type { Findings } from "./store";

/** The fields to finish before `graph` can be saved as it is seen; null if there are none. */
export function unfinishedOf(graph: Graph): Findings | null {
  const items = unfinishedIn(graph).flatMap(({ nodeId, field, fault }) => {
    const node = nodeOf(graph, nodeId);
    if (!node) return [];
    const text = `${fieldInWords(node, field)}: ${fault}`;
    return [{ nodeId, name: nameOf(node), field, text }];
  });
  if (!items.length) return null;
  const title = ngettext(
    "Not saved: %(count)s field is unfinished",
    "Not saved: %(count)s fields are unfinished",
    items.length,
  );
  return { title, tone: "bad", items };
}

/** Whether anything would be lost with the page: changes, or an unfinished text. */
export function useUnsaved(): boolean {
  const drafts = useDrafts();
  return useEditor((state) => isChanged(state) || unfinishedIn(state.history.now, drafts).length > 0);
}

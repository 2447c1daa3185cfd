import type { Json } from "@/types/models";

import { type Path, valueAt } from "../../graph/paths";
import { sameJson } from "../../graph/same";
import { draftKey, useDrafts } from "../../store/drafts";
import { changeField, useFormScope } from "./scope";
import type { Read } from "./texts";

/**
 * The text of a field whose value is made from it. A text that is no value stays as it was
 * typed, with its fault; the configuration keeps the last value until then.
 */
export function useDraft(
  path: Path,
  read: (text: string) => Read,
  write: (value: Json | undefined) => string,
) {
  const { nodeId, config } = useFormScope();
  const value = valueAt(config, path);
  const kept = useDrafts((state) => state.drafts[draftKey(nodeId, path)]);
  const draft = kept && sameJson(kept.base, value) ? kept : undefined;
  const { keep } = useDrafts.getState();
  return {
    text: draft?.text ?? write(value),
    fault: draft?.fault ?? null,
    type: (text: string) => {
      const result = read(text);
      if ("fault" in result) {
        keep(nodeId, path, { text, fault: result.fault, base: value });
        return;
      }
      // As typed while it is typed: `1.` is not rewritten to `1` under the caret.
      keep(nodeId, path, { text, fault: null, base: result.value });
      changeField(nodeId, path, result.value, true);
    },
    leave: () => {
      if (draft && draft.fault === null) keep(nodeId, path, null);
    },
  };
}

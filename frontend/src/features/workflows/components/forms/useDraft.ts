import type { Json } from "@/types/models";

import { type Path, pathText, valueAt } from "../../graph/paths";
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
  const where = pathText(path);
  const shown = write(valueAt(config, path));
  const kept = useDrafts((state) => state.drafts[draftKey(nodeId, where)]);
  const draft = kept?.base === shown ? kept : undefined;
  const { keep } = useDrafts.getState();
  return {
    text: draft?.text ?? shown,
    fault: draft?.fault ?? null,
    type: (text: string) => {
      const result = read(text);
      if ("fault" in result) {
        keep(nodeId, where, { text, fault: result.fault, base: shown });
        return;
      }
      // As typed while it is typed: `1.` is not rewritten to `1` under the caret.
      keep(nodeId, where, { text, fault: null, base: write(result.value) });
      changeField(nodeId, path, result.value, true);
    },
    leave: () => {
      if (draft && draft.fault === null) keep(nodeId, where, null);
    },
  };
}

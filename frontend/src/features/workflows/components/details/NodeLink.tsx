import type { ReactNode } from "react";

import { useEditor } from "../../store/editor";

/** Goes to another node: the panel shows it then. */
export function NodeLink({ nodeId, children }: { nodeId: string; children: ReactNode }) {
  return (
    <button
      type="button"
      className="o-linkbtn"
      onClick={() => useEditor.getState().select({ nodes: new Set([nodeId]) })}
    >
      {children}
    </button>
  );
}

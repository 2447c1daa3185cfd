import { RunControls } from "@/features/runs/RunControls";
import { page } from "@/page";

import { isChanged, useEditor } from "../store/editor";
import { EditTools } from "./EditTools";
import { SaveControls } from "./SaveControls";

/** The bar above the drawing: what is open, whether it is saved, and the verbs. */
export function Bench() {
  const changed = useEditor(isChanged);
  const version = useEditor((state) => state.saved.graphVersion);
  return (
    <div className="o-bench">
      <h1>{page().workflow?.name}</h1>
      <span className="o-quiet">{changed ? "Changes not saved" : `Version ${version}`}</span>
      <span className="o-bench__end">
        <EditTools />
        <span className="o-bench__sep o-only-broad" />
        <RunControls />
        <SaveControls />
      </span>
    </div>
  );
}

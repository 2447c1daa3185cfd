import "@xyflow/react/dist/base.css";

import { useView } from "../store/view";
import "./board.css";
import { AddPopover } from "./AddPopover";
import { BoardHint } from "./BoardHint";
import { ConnectDialog } from "./ConnectDialog";
import { Drawing } from "./Drawing";
import { EmptyBoard } from "./EmptyBoard";
import { ListView } from "./ListView";
import { useClipboard } from "./useClipboard";
import { useKeyboard } from "./useKeyboard";

export { COMPONENT_COLORS, COMPONENT_ICONS, isTool } from "../componentTypes";

/** The graph of the workflow, as a drawing or as a list. */
export function WorkflowCanvas() {
  const list = useView((state) => state.list);
  const said = useView((state) => state.said);
  useKeyboard();
  useClipboard();
  return (
    // A click beside the nodes gives it the focus, so that the page's main part shows no ring.
    <div className={list ? "o-board o-board--list" : "o-board"} tabIndex={-1}>
      {list ? <ListView /> : <Drawing />}
      {list ? null : <EmptyBoard />}
      <BoardHint />
      <AddPopover />
      <ConnectDialog />
      <div className="o-sr" aria-live="polite" role="status">
        {said}
      </div>
    </div>
  );
}

import { type NodeProps, NodeResizeControl, ResizeControlVariant } from "@xyflow/react";
import { type KeyboardEvent, memo, useEffect, useRef } from "react";

import { _ } from "@/gettext";

import { putNote } from "../graph/changes";
import { MAX_NOTE_TEXT, type Note } from "../graph/model";
import { graphOf, useEditor } from "../store/editor";
import { useMayEdit } from "./useMayEdit";

const MIN_WIDTH = 120;
const MIN_HEIGHT = 60;

/** A sticky note: text on paper, written where it stands. */
export const NotePaper = memo(function NotePaper({ id, selected }: NodeProps) {
  const note = useEditor((state) => graphOf(state).notes.find((each) => each.id === id));
  const mayEdit = useMayEdit();
  if (!note) return null;
  const resize = (size: Note["size"]) =>
    useEditor.getState().change((graph) => putNote(graph, { ...note, size }));
  return (
    <div className={selected ? "o-paper o-paper--chosen" : "o-paper"}>
      {mayEdit ? <NoteText note={note} isChosen={selected} /> : <p>{note.text}</p>}
      {mayEdit && selected ? (
        <NodeResizeControl
          position="bottom-right"
          variant={ResizeControlVariant.Handle}
          className="o-paper__corner"
          minWidth={MIN_WIDTH}
          minHeight={MIN_HEIGHT}
          onResizeEnd={(_, { width, height }) =>
            resize({ width: Math.round(width), height: Math.round(height) })
          }
        />
      ) : null}
    </div>
  );
});

/** The text; a new, empty note is written at once. Escape leaves it. */
function NoteText({ note, isChosen }: { note: Note; isChosen: boolean }) {
  const ref = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (isChosen && !ref.current?.value) ref.current?.focus();
  }, [isChosen]);
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    ref.current?.closest<HTMLElement>(".react-flow__node")?.focus();
  };
  return (
    <textarea
      ref={ref}
      className={isChosen ? "nodrag nowheel" : undefined}
      aria-label={_("Text of the note")}
      placeholder={_("Write a note")}
      maxLength={MAX_NOTE_TEXT}
      tabIndex={isChosen ? 0 : -1}
      value={note.text}
      onKeyDown={leave}
      onChange={(event) => {
        const text = event.target.value;
        const write = { ...note, text };
        useEditor.getState().change((graph) => putNote(graph, write), `note ${note.id}`);
      }}
    />
  );
}

import "./exchange.css";

import { type DragEvent, useId, useState } from "react";

import { _, ngettext } from "@/gettext";
import { Icon } from "@/ui/Icon";

import { edgeCount, nodeCount } from "../graph/words";
import type { ImportPreview } from "./load";
import { Picture } from "./Picture";
import type { ImportProblem } from "./useImport";

interface DropProps {
  fileName: string | null;
  isBusy: boolean;
  onChoose: (file: File) => void;
}

/** Where a file is dropped, or chosen by mouse and keyboard. */
export function FileDrop({ fileName, isBusy, onChoose }: DropProps) {
  const [isOver, setOver] = useState(false);
  const id = useId();
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) onChoose(file);
  };
  return (
    <label
      className={isOver ? "o-drop is-over" : "o-drop"}
      htmlFor={id}
      aria-busy={isBusy}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <Icon name="upload" />
      <span>{fileName ?? _("Drop an exported workflow here, or choose a file")}</span>
      <span className="o-quiet">{_(".yaml, .yml or .json, up to 1 MiB")}</span>
      <input
        id={id}
        className="o-sr"
        type="file"
        accept=".yaml,.yml,.json"
        aria-label={_("File to import")}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) onChoose(file);
          event.target.value = ""; // the same file can be chosen again after it was mended
        }}
      />
    </label>
  );
}

/** Why a file cannot be imported, with each place in it. */
export function ImportProblems({ problem: { message, places } }: { problem: ImportProblem }) {
  const lines = Object.entries(places).flatMap(([place, texts]) => texts.map((text) => ({ place, text })));
  return (
    <div className="o-note is-bad" role="alert">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <use href="#s-failed" />
      </svg>
      <div className="o-note__text">
        <b>{_("Nothing was imported.")}</b> {lines.length ? null : message}
        <ul className="o-plain-list">
          {lines.map(({ place, text }, index) => (
            <li key={index}>
              {place === "file" ? null : <code>{place}</code>} {text}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** What an import would create, before it does. */
export function ImportSummary({ preview }: { preview: ImportPreview }) {
  const { workflow, nodes, edges, schedules, emptied } = preview;
  return (
    <div className="o-import">
      <Picture drawing={preview} />
      <div>
        {workflow.description ? <p className="o-soft">{workflow.description}</p> : null}
        <p>
          {nodeCount(nodes.length)}, {edgeCount(edges.length)}
        </p>
        <Schedules schedules={schedules} />
        <Emptied paths={emptied} note={preview.note} />
      </div>
    </div>
  );
}

function Schedules({ schedules }: Pick<ImportPreview, "schedules">) {
  if (!schedules.length) return <p className="o-quiet">{_("No schedules")}</p>;
  return (
    <>
      <h3>
        {ngettext(
          "%(count)s schedule, paused until you resume it",
          "%(count)s schedules, paused until you resume them",
          schedules.length,
        )}
      </h3>
      <ul className="o-plain-list">
        {schedules.map(({ name, sentence }, index) => (
          <li key={index}>
            {name}: <span className="o-soft">{sentence}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Emptied({ paths, note }: { paths: readonly string[]; note: string | undefined }) {
  if (!paths.length) return null;
  return (
    <>
      <h3>{_("To fill in: emptied when it was exported")}</h3>
      <ul className="o-plain-list">
        {paths.map((path) => (
          <li key={path}>
            <code>{path}</code>
          </li>
        ))}
      </ul>
      {note ? <p className="o-help">{note}</p> : null}
    </>
  );
}

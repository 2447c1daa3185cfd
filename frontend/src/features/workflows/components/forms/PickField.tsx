import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

import { get } from "@/api/client";
import { _ } from "@/gettext";
import { adminAddress, page, rowAddress } from "@/page";
import { Button } from "@/ui/Button";

import { FieldFrame, type FieldProps } from "./FieldFrame";
import { plain } from "./kinds";
import { useField, useFormScope } from "./scope";

interface Row {
  id: string;
  name: string;
}

interface Source {
  collection: "workflows" | "schedules";
  admin: "admin_workflow" | "admin_schedule";
  texts: { remove: string; find: string; each: string };
  /** What narrows the search, besides what is typed. */
  search: Record<string, string>;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const AFTER_MS = 250;
const MOST_ROWS = 8;

const OF_WORKFLOWS = {
  remove: _("Remove the workflow"),
  find: _("Find a workflow by name"),
  each: _("Each workflow that fits"),
};
const OF_SCHEDULES = {
  remove: _("Remove the schedule"),
  find: _("Find a schedule by name"),
  each: _("Each schedule that fits"),
};

export function WorkflowField(props: FieldProps) {
  return (
    <PickField
      {...props}
      source={{ collection: "workflows", admin: "admin_workflow", texts: OF_WORKFLOWS, search: {} }}
    />
  );
}

/** A schedule: of this workflow for a trigger, of any for a step that works on schedules. */
export function ScheduleField(props: FieldProps) {
  const isOwn = plain(props.schema).format === "uuid";
  const search: Record<string, string> = isOwn ? { workflow: page().workflow?.id ?? "" } : {};
  return (
    <PickField
      {...props}
      source={{ collection: "schedules", admin: "admin_schedule", texts: OF_SCHEDULES, search }}
    />
  );
}

/** A row of the site, found by its name and kept by its id. */
function PickField({ path, schema, required, source }: FieldProps & { source: Source }) {
  const { id, value, disabled, set } = useField(path);
  const { isTool } = useFormScope();
  const [typed, setTyped] = useState<string | null>(null);
  const [picked, setPicked] = useState<Row>();
  const found = useChosen(source, picked?.id === value ? undefined : value);
  const chosen = picked?.id === value ? picked : found;
  const keepFocus = useKeptFocus(id);
  // A name or a template is a value as well, unless only an id will do.
  const takesText = plain(schema).format !== "uuid";
  const shown = typed ?? (typeof value === "string" ? value : "");
  const type = (text: string) => {
    setTyped(text);
    if (takesText) set(text || undefined);
  };
  return (
    <FieldFrame path={path} schema={schema} required={required} id={id}>
      {chosen && typed === null ? (
        <div className="o-fieldrow">
          <a className="o-name o-clip" href={adminAddress(source.admin, chosen.id)}>
            {chosen.name}
          </a>
          <Button id={id} disabled={disabled} onClick={() => keepFocus(() => setTyped(""))}>
            {_("Change")}
          </Button>
          {required && !isTool ? null : (
            <Button look="bare" icon="x" aria-label={source.texts.remove} disabled={disabled} onClick={() => set(undefined)} />
          )}
        </div>
      ) : (
        <Search
          id={id}
          source={source}
          text={shown}
          disabled={disabled}
          placeholder={isTool ? undefined : source.texts.find}
          onText={type}
          onPick={(row) =>
            keepFocus(() => {
              setPicked(row);
              set(row.id);
              setTyped(null);
            })
          }
          onLeave={() => setTyped(null)}
        />
      )}
    </FieldFrame>
  );
}

/** The focus goes along when one control takes the place of another with its id. */
function useKeptFocus(id: string) {
  const isAsked = useRef(false);
  useEffect(() => {
    if (isAsked.current) document.getElementById(id)?.focus();
    isAsked.current = false;
  });
  return (change: () => void) => {
    isAsked.current = true;
    change();
  };
}

/** The row that a value is the id of; undefined for a name, a template, or one that is gone. */
function useChosen({ collection }: Source, value: unknown): Row | undefined {
  const [row, setRow] = useState<Row>();
  const id = typeof value === "string" && UUID.test(value) ? value : null;
  useEffect(() => {
    if (!id) return;
    const cancel = new AbortController();
    get<Row>(rowAddress(collection, id), cancel.signal).then(setRow, () => undefined);
    return () => cancel.abort();
  }, [collection, id]);
  return row?.id === id ? row : undefined;
}

function useRows({ collection, search }: Source, text: string | null): readonly Row[] {
  const [rows, setRows] = useState<readonly Row[]>([]);
  const query = new URLSearchParams({ ...search, search: text ?? "" }).toString();
  useEffect(() => {
    if (text === null) return;
    const cancel = new AbortController();
    const timer = setTimeout(() => {
      const address = `${page().addresses[collection]}?${query}`;
      get<{ results: Row[] }>(address, cancel.signal).then(
        ({ results }) => setRows(results.slice(0, MOST_ROWS)),
        () => setRows([]),
      );
    }, AFTER_MS);
    return () => {
      clearTimeout(timer);
      cancel.abort();
    };
  }, [collection, query, text]);
  return text === null ? [] : rows;
}

interface SearchProps {
  id: string;
  source: Source;
  text: string;
  disabled: boolean;
  placeholder: string | undefined;
  onText: (text: string) => void;
  onPick: (row: Row) => void;
  onLeave: () => void;
}

function Search({ id, source, text, disabled, placeholder, onText, onPick, onLeave }: SearchProps) {
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const rows = useRows(source, isOpen ? text : null);
  const listId = useId();
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const row = rows[at];
    if (!isOpen || !rows.length) return;
    if (step) setAt((at + step + rows.length) % rows.length);
    else if (event.key === "Enter" && row) onPick(row);
    else if (event.key === "Escape") setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="o-combo">
      <input
        id={id}
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={isOpen && rows.length > 0}
        aria-controls={listId}
        aria-activedescendant={rows.length ? `${listId}-${at}` : undefined}
        aria-describedby={`${id}-help`}
        autoComplete="off"
        value={text}
        disabled={disabled}
        placeholder={placeholder}
        onFocus={() => setOpen(true)}
        onBlur={() => {
          setOpen(false);
          onLeave();
        }}
        onChange={(event) => {
          setAt(0);
          setOpen(true);
          onText(event.target.value);
        }}
        onKeyDown={onKeyDown}
      />
      <RowList id={listId} rows={rows} at={at} label={source.texts.each} onPick={onPick} />
    </div>
  );
}

interface RowListProps {
  id: string;
  rows: readonly Row[];
  at: number;
  label: string;
  onPick: (row: Row) => void;
}

function RowList({ id, rows, at, label, onPick }: RowListProps) {
  return (
    <ul
      id={id}
      className="o-combo__list o-combo__list--flow o-candidates"
      role="listbox"
      aria-label={label}
      hidden={rows.length === 0}
    >
      {rows.map((row, index) => (
        <li
          key={row.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          // Before the field loses the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            onPick(row);
          }}
        >
          {row.name}
        </li>
      ))}
    </ul>
  );
}

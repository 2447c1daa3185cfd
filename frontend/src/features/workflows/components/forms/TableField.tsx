import { useState } from "react";

import { _ } from "@/gettext";
import { Button } from "@/ui/Button";
import type { Json, JsonObject, JsonSchema } from "@/types/models";
import { singular, within } from "@/ui/words";

import { isObject, type Path } from "../../graph/paths";
import { FieldFrame, type FieldProps } from "./FieldFrame";
import { plain, titleOf, typesOf } from "./kinds";
import { useField } from "./scope";
import { ItemControl } from "./TextField";

/** An object whose names are free, such as headers: a row for each name and value. */
export function TableField({ path, schema, required }: FieldProps) {
  const { id, value, disabled, set } = useField(path);
  const fields = isObject(value) ? value : {};
  const known = plain(schema);
  const valueSchema = typeof known.additionalProperties === "object" ? plain(known.additionalProperties) : {};
  const title = titleOf(path.at(-1) ?? "", schema);
  const one = within(singular(title));
  const put = (next: JsonObject) => set(Object.keys(next).length ? next : undefined);
  return (
    <FieldFrame path={path} schema={schema} required={required} id={id} group inside>
      {Object.keys(fields).map((name) => (
        <Row
          key={name}
          path={path}
          name={name}
          one={one}
          schema={valueSchema}
          disabled={disabled}
          isTaken={(other) => other !== name && other in fields}
          onRename={(other) => put(renamed(fields, name, other))}
          onRemove={() => put(renamed(fields, name, null))}
        />
      ))}
      <NewRow
        one={one}
        disabled={disabled}
        isTaken={(name) => name in fields}
        onAdd={(name) => put({ ...fields, [name]: emptyOf(valueSchema) })}
      />
    </FieldFrame>
  );
}

const emptyOf = (schema: JsonSchema): Json => (typesOf(schema).includes("string") ? "" : 0);

/** The fields in their order, with another name for one, or without it. */
function renamed(fields: JsonObject, from: string, to: string | null): JsonObject {
  const pairs = Object.entries(fields).flatMap(([name, value]): [string, Json][] => {
    if (name !== from) return [[name, value]];
    return to === null ? [] : [[to, value]];
  });
  return Object.fromEntries(pairs);
}

interface RowProps {
  path: Path;
  name: string;
  one: string;
  schema: JsonSchema;
  disabled: boolean;
  isTaken: (name: string) => boolean;
  onRename: (name: string) => void;
  onRemove: () => void;
}

function Row({ path, name, one, schema, disabled, isTaken, onRename, onRemove }: RowProps) {
  return (
    <div className="o-fieldrow o-fieldrow--pair">
      <NameInput value={name} label={_("Name of the %(one)s", { one })} disabled={disabled} isTaken={isTaken} onName={onRename} />
      <ItemControl path={[...path, name]} schema={schema} label={_("Value of %(name)s", { name })} />
      <Button look="bare" icon="x" aria-label={_("Remove %(name)s", { name })} disabled={disabled} onClick={onRemove} />
    </div>
  );
}

interface NameInputProps {
  value: string;
  label: string;
  disabled: boolean;
  isTaken: (name: string) => boolean;
  onName: (name: string) => void;
}

/** A name takes effect when its field is left: while it is typed it may be another's. */
function NameInput({ value, label, disabled, isTaken, onName }: NameInputProps) {
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? value;
  const leave = () => {
    const name = shown.trim();
    if (name && name !== value && !isTaken(name)) onName(name);
    if (name && !isTaken(name)) setText(null);
  };
  return (
    <input
      className="o-input-mono"
      aria-label={label}
      aria-invalid={isTaken(shown.trim()) || undefined}
      title={isTaken(shown.trim()) ? _("This name is taken.") : undefined}
      value={shown}
      disabled={disabled}
      onChange={(event) => setText(event.target.value)}
      onBlur={leave}
      onKeyDown={(event) => event.key === "Enter" && leave()}
    />
  );
}

interface NewRowProps {
  one: string;
  disabled: boolean;
  isTaken: (name: string) => boolean;
  onAdd: (name: string) => void;
}

/** A row that has no name yet is no part of the configuration. */
function NewRow({ one, disabled, isTaken, onAdd }: NewRowProps) {
  const [isOpen, setOpen] = useState(false);
  if (!isOpen) {
    return (
      <Button look="bare" icon="plus" className="o-rows-add" disabled={disabled} onClick={() => setOpen(true)}>
        {/^[aeiou]/.test(one) ? _("Add an %(one)s", { one }) : _("Add a %(one)s", { one })}
      </Button>
    );
  }
  return (
    <div
      className="o-fieldrow"
      ref={(row) => row?.querySelector("input")?.focus()}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        setOpen(false);
      }}
    >
      <NameInput
        value=""
        label={_("Name of the new %(one)s", { one })}
        disabled={disabled}
        isTaken={isTaken}
        onName={(name) => {
          onAdd(name);
          setOpen(false);
        }}
      />
      <Button look="bare" icon="x" aria-label={_("Leave the new %(one)s", { one })} onClick={() => setOpen(false)} />
    </div>
  );
}

import { useState } from "react";

import { _ } from "@/gettext";
import type { JsonSchema } from "@/types/models";

import { isObject, type Path, valueAt } from "../../graph/paths";
import { changeFields, useField, useFormScope } from "./scope";
import { SchemaField } from "./SchemaField";
import { titleOf } from "./kinds";

interface SchemaFieldsProps {
  path: Path;
  schema: JsonSchema;
  /** Fields that something else shows. */
  without?: readonly string[];
}

/** The fields of an object. Of those of which only one may be set, one is shown. */
export function SchemaFields({ path, schema, without = [] }: SchemaFieldsProps) {
  const names = Object.keys(schema.properties ?? {}).filter((name) => !without.includes(name));
  if (names.length > 1 && schema.maxProperties === 1 && path.length === 0) {
    return <OneField schema={schema} names={names} />;
  }
  return (
    <div className="o-fields">
      {names.map((name) => (
        <SchemaField
          key={name}
          path={[...path, name]}
          schema={schema.properties?.[name] ?? {}}
          required={schema.required?.includes(name) ?? false}
        />
      ))}
    </div>
  );
}

/** One of several fields: a row of choices, and the chosen one below. */
function OneField({ schema, names }: { schema: JsonSchema; names: readonly string[] }) {
  const { id, disabled } = useField([]);
  const { nodeId, config } = useFormScope();
  const [picked, setPicked] = useState<string | null>(null);
  const given = names.find((name) => valueAt(config, [name]) !== undefined);
  const shown = picked ?? given ?? names[0]!;
  const others = names.filter((name) => name !== shown && isObject(config) && name in config);
  return (
    <div className="o-fields">
      <div className="o-field">
        <div className="o-seg" role="radiogroup" aria-label={_("What it is")}>
          {names.map((name) => (
            <label key={name}>
              <input
                type="radio"
                name={id}
                disabled={disabled}
                checked={name === shown}
                onChange={() => setPicked(name)}
              />
              {titleOf(name, schema.properties?.[name] ?? {})}
            </label>
          ))}
        </div>
        {others.map((name) => (
          <p className="o-help" key={name}>
            {_("%(field)s is set now, and only one of them can be.", {
              field: titleOf(name, schema.properties?.[name] ?? {}),
            })}{" "}
            <button
              type="button"
              className="o-linkbtn"
              disabled={disabled}
              onClick={() => changeFields(nodeId, { [name]: undefined })}
            >
              {_("Remove it")}
            </button>
          </p>
        ))}
      </div>
      <SchemaField
        path={[shown]}
        schema={schema.properties?.[shown] ?? {}}
        required
        key={shown}
      />
    </div>
  );
}

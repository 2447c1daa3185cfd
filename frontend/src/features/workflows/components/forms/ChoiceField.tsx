import { _ } from "@/gettext";
import type { Json } from "@/types/models";

import { FieldFrame, type FieldProps } from "./FieldFrame";
import { isShort, plain } from "./kinds";
import { useField, useFormScope } from "./scope";

const MOST_IN_A_ROW = 3;
const MOST_LETTERS = 24;

/** One of a few values: a row of choices if all fit and one always holds, else a list. */
export function ChoiceField(props: FieldProps) {
  const schema = plain(props.schema);
  const values = schema.enum ?? [];
  const { isTool } = useFormScope();
  const letters = values.map(String).join("").length;
  const isRow =
    !isTool && values.length <= MOST_IN_A_ROW && letters <= MOST_LETTERS && schema.default !== undefined;
  return isRow ? <ChoiceRow {...props} values={values} /> : <ChoiceList {...props} values={values} />;
}

type ChoiceProps = FieldProps & { values: readonly Json[] };

function ChoiceRow({ path, schema, required, values }: ChoiceProps) {
  const { id, value, disabled, set } = useField(path);
  const chosen = value ?? plain(schema).default;
  return (
    <FieldFrame path={path} schema={schema} required={required} id={id} group>
      <div className="o-seg" role="radiogroup" aria-labelledby={`${id}-title`}>
        {values.map((each) => (
          <label key={String(each)}>
            <input
              type="radio"
              name={id}
              disabled={disabled}
              checked={each === chosen}
              onChange={() => set(each)}
            />
            {String(each)}
          </label>
        ))}
      </div>
    </FieldFrame>
  );
}

function ChoiceList({ path, schema, required, values }: ChoiceProps) {
  const { id, value, disabled, set } = useField(path);
  const { isTool } = useFormScope();
  const known = plain(schema);
  const chosen = values.findIndex((each) => each === value);
  const isOdd = value !== undefined && chosen < 0;
  return (
    <FieldFrame path={path} schema={schema} required={required} id={id} short={isShort("choice", known)}>
      <select
        id={id}
        disabled={disabled}
        aria-describedby={`${id}-help`}
        value={isOdd ? "odd" : chosen}
        onChange={(event) => set(values[Number(event.target.value)])}
      >
        <option value={-1}>{noChoice(known.default, isTool)}</option>
        {isOdd ? <option value="odd">{String(value)}</option> : null}
        {values.map((each, index) => (
          <option key={String(each)} value={index}>
            {inWords(each)}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

/** People read "ended" wherever the API says stopped. */
const inWords = (value: Json) => (value === "stopped" ? _("ended") : String(value));

function noChoice(fallback: Json | undefined, isTool: boolean): string {
  if (isTool) return _("The model chooses");
  return fallback === undefined ? _("Not set") : _("%(value)s (default)", { value: String(fallback) });
}

import { _ } from "@/gettext";

import { FieldFrame, type FieldProps } from "./FieldFrame";
import { plain, typesOf } from "./kinds";
import { useField, useFormScope } from "./scope";
import { ItemControl } from "./TextField";

/** Yes or no: a box to tick, or a list where it may also stay open or come from a template. */
export function BooleanField(props: FieldProps) {
  const { isTool } = useFormScope();
  const schema = plain(props.schema);
  const mayBeTemplate = typesOf(schema).includes("string");
  const hasDefault = schema.default !== undefined || props.required;
  return mayBeTemplate || isTool || !hasDefault ? <ThreeWays {...props} /> : <Tick {...props} />;
}

function Tick({ path, schema, required }: FieldProps) {
  const { id, value, disabled, set } = useField(path);
  const fallback = plain(schema).default === true;
  const change = (isOn: boolean) => set(!required && isOn === fallback ? undefined : isOn);
  return (
    <FieldFrame path={path} schema={schema} required={required} id={id} action={<></>}>
      <div className="o-check">
        <input
          id={id}
          type="checkbox"
          disabled={disabled}
          aria-describedby={`${id}-help`}
          checked={value === undefined ? fallback : value === true}
          onChange={(event) => change(event.target.checked)}
        />
        <span aria-hidden="true">{_("Yes")}</span>
      </div>
    </FieldFrame>
  );
}

function ThreeWays({ path, schema, required }: FieldProps) {
  const { id, value, disabled, template, set } = useField(path);
  const { isTool } = useFormScope();
  const isTemplate = typeof value === "string";
  const mayBeTemplate = template === "value" || typesOf(plain(schema)).includes("string");
  const shown = isTemplate ? "template" : value === undefined ? "" : String(value);
  const ways: Record<string, boolean | string | undefined> = {
    true: true,
    false: false,
    template: "{{ }}",
  };
  return (
    <FieldFrame path={path} schema={schema} required={required} id={id}>
      <select
        id={id}
        disabled={disabled}
        aria-describedby={`${id}-help`}
        value={shown}
        onChange={(event) => set(ways[event.target.value])}
      >
        <option value="">{isTool ? _("The model chooses") : _("Not set")}</option>
        <option value="true">{_("Yes")}</option>
        <option value="false">{_("No")}</option>
        {mayBeTemplate ? <option value="template">{_("From a template")}</option> : null}
      </select>
      {isTemplate ? (
        <ItemControl path={path} schema={{ type: ["boolean", "string"] }} label={_("Template")} />
      ) : null}
    </FieldFrame>
  );
}

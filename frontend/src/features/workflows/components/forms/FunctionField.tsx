import { useEffect } from "react";

import { _ } from "@/gettext";

import { functionNamed, loadFunctions, useFunctions } from "../../functions";
import { FieldFrame, type FieldProps } from "./FieldFrame";
import { useField } from "./scope";
import { TextField } from "./TextField";

/** A function of the site by its name. Its arguments become the fields of `arguments`. */
export function FunctionField(props: FieldProps) {
  const { path, schema, required } = props;
  const { id, value, disabled, set } = useField(path);
  const list = useFunctions((state) => state.list);
  useEffect(() => void loadFunctions(), []);
  if (!list) return <TextField {...props} schema={{ ...schema, "x-widget": "" }} />;
  const chosen = functionNamed(list, value);
  const isGone = typeof value === "string" && value !== "" && !chosen;
  const about = chosen?.description ?? schema.description ?? "";
  return (
    <FieldFrame
      path={path}
      schema={{ ...schema, description: about }}
      required={required}
      id={id}
      fault={isGone ? _("This site has no function “%(value)s”.", { value }) : null}
    >
      <select
        id={id}
        disabled={disabled}
        aria-describedby={`${id}-help`}
        value={chosen?.name ?? (typeof value === "string" ? value : "")}
        onChange={(event) => set(event.target.value || undefined)}
      >
        <option value="">
          {list.length ? _("Choose a function") : _("This site has no functions")}
        </option>
        {isGone ? <option value={value}>{value}</option> : null}
        {list.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

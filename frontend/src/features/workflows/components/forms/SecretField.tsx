import { useState } from "react";

import { _ } from "@/gettext";
import { Button } from "@/ui/Button";

import { FieldFrame, type FieldProps } from "./FieldFrame";
import { useField } from "./scope";

/** A secret: what is set is never shown, it can only be replaced or removed. */
export function SecretField({ path, schema, required }: FieldProps) {
  const { id, value, disabled, set } = useField(path);
  const [text, setText] = useState("");
  const put = () => {
    if (text) set(text);
    setText("");
  };
  const isSet = value !== undefined && value !== "";
  return (
    <FieldFrame path={path} schema={schema} required={required} id={id}>
      <div className="o-fieldrow">
        <input
          id={id}
          type="password"
          autoComplete="new-password"
          aria-describedby={`${id}-help`}
          placeholder={isSet ? _("Set. Type to replace it.") : _("Not set")}
          value={text}
          disabled={disabled}
          onChange={(event) => setText(event.target.value)}
          onBlur={put}
          onKeyDown={(event) => event.key === "Enter" && put()}
        />
        {isSet ? (
          <Button look="bare" icon="x" aria-label={_("Remove the secret")} disabled={disabled} onClick={() => set(undefined)} />
        ) : null}
      </div>
    </FieldFrame>
  );
}

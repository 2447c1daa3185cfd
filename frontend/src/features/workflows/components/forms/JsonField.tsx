import { useState } from "react";

import { _ } from "@/gettext";

import { pathText } from "../../graph/paths";
import { faultsAt } from "./faults";
import { FieldFrame, type FieldProps } from "./FieldFrame";
import { plain } from "./kinds";
import { RenderPreview } from "./RenderPreview";
import { useField, useFormScope } from "./scope";
import { TemplateInput } from "./TemplateInput";
import { readJson, writeJson } from "./texts";
import { useDraft } from "./useDraft";

/** A field for any JSON. It is checked while it is typed; what is not valid yet stays typed. */
export function JsonField({ path, schema, required }: FieldProps) {
  const { id, value, template, disabled } = useField(path);
  const { problems } = useFormScope();
  const [isHere, setHere] = useState(false);
  const draft = useDraft(path, (text) => readJson(text, widened()), writeJson);
  const kept =
    draft.fault && `${draft.fault} ${_("The last valid value is kept until it is mended.")}`;
  const isBad = Boolean(kept) || faultsAt(problems, pathText(path), true).length > 0;
  const preview = template ? <RenderPreview value={value} kind={template} isHere={isHere} /> : null;

  /** Where templates may give the value, a lone one stands for a value of any type. */
  function widened() {
    const known = plain(schema);
    if (template !== "value" || known.type === undefined) return known;
    return { ...known, type: [...new Set([known.type].flat().concat("string"))] };
  }
  return (
    <FieldFrame
      path={path}
      schema={schema}
      required={required}
      id={id}
      inside
      fault={kept}
      below={preview}
    >
      <div onFocus={() => setHere(true)} onBlur={() => setHere(false)}>
        <TemplateInput
          id={id}
          value={draft.text}
          template={template}
          isLong
          isCode
          isJson
          disabled={disabled}
          placeholder={schema.default === undefined ? "{ }" : writeJson(schema.default)}
          aria-describedby={`${id}-help`}
          aria-invalid={isBad || undefined}
          onBlur={draft.leave}
          onText={draft.type}
        />
      </div>
    </FieldFrame>
  );
}

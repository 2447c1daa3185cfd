import { useState } from "react";

import { _ } from "@/gettext";
import type { JsonSchema } from "@/types/models";

import { type Path, pathText } from "../../graph/paths";
import { faultsAt } from "./faults";
import { FieldFrame, type FieldProps } from "./FieldFrame";
import { isLong, isShort, plain, typesOf } from "./kinds";
import { RenderPreview } from "./RenderPreview";
import { useField, useFormScope } from "./scope";
import { TemplateInput } from "./TemplateInput";
import { orNothing, type Read, readSimple, writeSimple } from "./texts";
import { useDraft } from "./useDraft";

/** A field for a text, a number, or a template of either. */
export function TextField({ path, schema, required }: FieldProps) {
  const { id, value, template } = useField(path);
  const { isTool } = useFormScope();
  const [isHere, setHere] = useState(false);
  const read = (text: string) => {
    const result = readSimple(text, plain(schema), template);
    return orNothing(result, schema, required && !isTool);
  };
  const draft = useDraft(path, read, writeSimple);
  return (
    <FieldFrame
      path={path}
      schema={schema}
      required={required}
      id={id}
      fault={draft.fault}
      short={isShort("text", schema)}
      below={template ? <RenderPreview value={value} kind={template} isHere={isHere} /> : null}
    >
      <div onFocus={() => setHere(true)} onBlur={() => setHere(false)}>
        <TextControl id={id} path={path} schema={plain(schema)} draft={draft} />
      </div>
    </FieldFrame>
  );
}

interface ControlProps {
  id?: string;
  path: Path;
  schema: JsonSchema;
  draft: ReturnType<typeof useDraft>;
  /** Its name where no label stands above. */
  label?: string;
}

/** The control alone: an input, or a text that grows, with its unit. */
export function TextControl({ id, path, schema, draft, label }: ControlProps) {
  const { problems, isTool } = useFormScope();
  const { disabled, template } = useField(path);
  const isBad = Boolean(draft.fault) || faultsAt(problems, pathText(path)).length > 0;
  const types = typesOf(schema);
  const shared = {
    id,
    disabled,
    value: draft.text,
    placeholder: isTool || schema.default === undefined ? undefined : writeSimple(schema.default),
    "aria-label": label,
    "aria-describedby": id && `${id}-help`,
    "aria-invalid": isBad || undefined,
    onBlur: draft.leave,
  };
  const control =
    template || isLong(schema, template) ? (
      <TemplateInput
        {...shared}
        template={template}
        isLong={isLong(schema, template)}
        isCode={template === "condition" || schema["x-widget"] === "code"}
        onText={draft.type}
      />
    ) : (
      <input
        {...shared}
        inputMode={types.includes("string") ? undefined : "decimal"}
        onChange={(event) => draft.type(event.target.value)}
      />
    );
  const unit = schema["x-unit"];
  if (!unit) return control;
  return (
    <div className="o-unit">
      {control}
      <span className="o-unit__word">{unit}</span>
    </div>
  );
}

/** One text or number of a list or table: it stays when it is empty, until it is removed. */
export function ItemControl(props: Omit<ControlProps, "draft">) {
  const { template } = useField(props.path);
  const read = (text: string): Read => {
    const result = readSimple(text, props.schema, template);
    if ("value" in result && result.value === undefined) return { fault: _("Fill this in or remove it.") };
    return result;
  };
  const draft = useDraft(props.path, read, writeSimple);
  return <TextControl {...props} draft={draft} />;
}

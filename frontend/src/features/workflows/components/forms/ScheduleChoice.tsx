import { useState } from "react";

import { _, woven } from "@/gettext";
import type { JsonSchema } from "@/types/models";

import { SchemaField } from "./SchemaField";
import { changeFields, useField, useFormScope } from "./scope";

const WAYS = [
  { field: null, title: _("Any schedule of this workflow"), help: null },
  { field: "scheduled_job_id", title: _("One schedule"), help: null },
  { field: "name_pattern", title: _("By name pattern"), help: woven(_("such as %(pattern)s"), { pattern: <code>nightly-*</code> }) },
] as const;

/** Which schedules start a schedule trigger: any, one, or those whose names match. */
export function ScheduleChoice({ schema }: { schema: JsonSchema }) {
  const { nodeId, config } = useFormScope();
  const { id, disabled } = useField([]);
  const [picked, setPicked] = useState<string | null | undefined>();
  const given = WAYS.find(({ field }) => field !== null && field in config)?.field ?? null;
  const chosen = picked === undefined ? given : picked;
  const choose = (field: string | null) => {
    setPicked(field);
    const others = WAYS.flatMap((way) => (way.field && way.field !== field ? [way.field] : []));
    if (others.some((name) => name in config)) {
      changeFields(nodeId, Object.fromEntries(others.map((name) => [name, undefined])));
    }
  };
  return (
    <section className="o-panel__section">
      <h3 id={`${id}-title`}>{_("Which schedules start it")}</h3>
      <div className="o-choices" role="radiogroup" aria-labelledby={`${id}-title`}>
        {WAYS.map(({ field, title, help }) => (
          <label key={title}>
            <input
              type="radio"
              name={id}
              disabled={disabled}
              checked={field === chosen}
              onChange={() => choose(field)}
            />
            <span className="o-strong">{title}</span>
            {help ? <span>{help}</span> : null}
          </label>
        ))}
      </div>
      {chosen ? (
        <div className="o-fields o-fields--after">
          <SchemaField path={[chosen]} schema={schema.properties?.[chosen] ?? {}} required />
        </div>
      ) : null}
    </section>
  );
}

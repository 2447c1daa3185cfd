import { useId } from "react";

import { _ } from "@/gettext";
import { Fault } from "@/ui/Fault";

interface PayloadFieldProps {
  text: string;
  /** Empty if it can be sent. */
  problem: string;
  onChange: (text: string) => void;
}

/** The payload as JSON, checked as it is typed. */
export function PayloadField({ text, problem, onChange }: PayloadFieldProps) {
  const id = useId();
  const note = `${id}-note`;
  return (
    <div className={problem ? "o-field o-field--bad" : "o-field"}>
      <label htmlFor={id}>
        {_("Payload")} <span className="o-quiet">{_("optional")}</span>
      </label>
      <textarea
        id={id}
        value={text}
        placeholder="{}"
        spellCheck={false}
        aria-invalid={problem ? true : undefined}
        aria-describedby={note}
        onChange={(event) => onChange(event.target.value)}
      />
      {problem ? (
        <Fault id={note}>{problem}</Fault>
      ) : (
        <p className="o-help" id={note}>
          {_("A JSON object. Nodes read it as %(name)s.", { name: "{{ trigger.payload }}" })}
        </p>
      )}
    </div>
  );
}

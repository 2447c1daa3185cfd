import type { ReactNode } from "react";

import { _ } from "@/gettext";
import type { JsonSchema } from "@/types/models";

import { type Path, pathText, valueAt } from "../../graph/paths";
import { faultsAt } from "./faults";
import { titleOf } from "./kinds";
import { templateAt, useFormScope } from "./scope";

export interface FieldProps {
  path: Path;
  schema: JsonSchema;
  /** A field that may be left out says so. */
  required: boolean;
}

interface FrameProps extends FieldProps {
  id: string;
  /** Several controls under one title, instead of one with a label. */
  group?: boolean;
  /** Whether the fault of a part is shown here, as it has no field of its own. */
  inside?: boolean;
  short?: boolean;
  /** What is wrong with what is typed. */
  fault?: string | null;
  /** At the right of the title. */
  action?: ReactNode;
  /** Below the control, above the help. */
  below?: ReactNode;
  children: ReactNode;
}

/** A field: its name above, its help below, and a fault in place of the help. */
export function FieldFrame(props: FrameProps) {
  const { path, schema, id, group = false, inside = false, short = false, fault, action } = props;
  const { problems, isTool } = useFormScope();
  const faults = fault ? [fault] : faultsAt(problems, pathText(path), inside);
  const classes = ["o-field"];
  // What is left to the model takes words of its own.
  if (short && !isTool) classes.push("o-field--3");
  if (faults.length) classes.push("o-field--bad");
  const title = (
    <>
      {titleOf(path.at(-1) ?? "", schema)}
      {action ?? <FieldHint {...props} />}
    </>
  );
  return (
    <div
      className={classes.join(" ")}
      data-path={pathText(path)}
      {...(group ? { role: "group", "aria-labelledby": `${id}-title` } : {})}
    >
      {group ? (
        <span className="o-label" id={`${id}-title`}>
          {title}
        </span>
      ) : (
        <label htmlFor={id}>{title}</label>
      )}
      {props.children}
      {props.below}
      <FieldFoot id={id} faults={faults} help={schema.description} />
    </div>
  );
}

/** "optional", "template" or, for tools, that the model fills it in. */
function FieldHint({ path, required, schema, short }: FrameProps) {
  const { config, isTool, type } = useFormScope();
  const hint = hintOf();
  return hint ? <span className="o-quiet">{hint}</span> : null;

  function hintOf(): string | null {
    const isEmpty = valueAt(config, path) === undefined;
    if (isTool && isEmpty && !isAboutTool(path)) return _("left to the model");
    // Half a line has no room for it, and the default that stands in the field says as much.
    if (!required) return short && schema.default !== undefined ? null : _("optional");
    const template = templateAt(type, path);
    return template === "text" || template === "value" ? _("template") : null;
  }
}

/** Whether a field says how a tool is called, which is no business of the model. */
const isAboutTool = (path: Path) => /^(?:tool_|function$)/.test(String(path[0]));

interface FootProps {
  id: string;
  faults: readonly string[];
  help?: string | undefined;
}

function FieldFoot({ id, faults, help }: FootProps) {
  if (faults.length) return <Faults id={`${id}-help`} faults={faults} />;
  if (!help) return null;
  return (
    <p className="o-help" id={`${id}-help`}>
      {help}
    </p>
  );
}

export function Faults({ id, faults }: { id?: string; faults: readonly string[] }) {
  return (
    <div id={id}>
      {faults.map((fault) => (
        <p className="o-fault" key={fault}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <use href="#s-failing" />
          </svg>
          <span>{fault}</span>
        </p>
      ))}
    </div>
  );
}

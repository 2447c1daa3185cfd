import { useState } from "react";

import { _ } from "@/gettext";
import { State } from "@/ui/State";
import type { Json } from "@/types/models";

import { useLastRun } from "../../lastRun";
import { Faults } from "./FieldFrame";
import type { TemplateKind } from "./kinds";
import { hasTemplate } from "./texts";
import { type Rendered, useRendered } from "./useRendered";

interface RenderPreviewProps {
  value: Json | undefined;
  kind: TemplateKind;
  /** Whether the field has the focus. */
  isHere: boolean;
}

const MOST_SHOWN = 2000;

/** What a template gives with the values of the last run: while it is edited, or held open. */
export function RenderPreview({ value, kind, isHere }: RenderPreviewProps) {
  const [isOpen, setOpen] = useState(false);
  const hasNoRun = useLastRun((state) => state.isKnown && state.run === null);
  const isTemplate = kind === "condition" ? Boolean(value) : hasTemplate(value);
  const isShown = isTemplate && (isHere || isOpen);
  const rendered = useRendered(value ?? null, kind, isShown && !hasNoRun);
  if (!isTemplate) return null;
  return (
    <div className="o-rendered">
      <button
        type="button"
        className="o-linkbtn"
        aria-expanded={isShown}
        // Keeps the focus in the field, whose preview this is.
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? _("Hide it") : _("Show it with the last run")}
      </button>
      <div aria-live="polite">
        {isShown && hasNoRun ? (
          <span className="o-quiet">{_("There is no finished run yet to try it with.")}</span>
        ) : null}
        {isShown && rendered ? <Result kind={kind} {...rendered} /> : null}
      </div>
    </div>
  );
}

function Result({ result, problem, execution, kind }: Rendered & { kind: TemplateKind }) {
  if (problem !== null) {
    return execution === null ? <span className="o-quiet">{problem}</span> : <Faults faults={[problem]} />;
  }
  if (kind === "condition") {
    return result ? (
      <State tone="ok" shape="succeeded">
        {_("holds for the last run")}
      </State>
    ) : (
      <State tone="idle" shape="skipped">
        {_("does not hold for the last run")}
      </State>
    );
  }
  return <output>{shown(result)}</output>;
}

function shown(result: Json): string {
  const text = typeof result === "string" ? result : JSON.stringify(result, null, 2);
  if (text === "") return _("(an empty text)");
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

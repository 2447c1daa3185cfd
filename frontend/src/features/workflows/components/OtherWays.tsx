import { useState } from "react";

import { _, woven } from "@/gettext";
import { useVerb } from "@/ui/useVerb";

import { ImportDialog } from "../exchange/ImportDialog";
import { importWorkflow, openCanvas } from "../exchange/load";

/** The template that shows what an agent does with the scheduler. */
const AGENT = "agent-schedules";

/** Ways to begin that make a workflow of their own: a file, an example. */
export function OtherWays() {
  const [isImporting, setImporting] = useState(false);
  const { isBusy, act } = useVerb();
  const showAgent = () => act(async () => openCanvas(await importWorkflow({ template: AGENT })));
  return (
    <>
      <p className="o-ways">
        {woven(_("or %(import)s, or look at %(agent)s"), {
          import: (
            <button type="button" className="o-link" onClick={() => setImporting(true)}>
              {_("import a file")}
            </button>
          ),
          agent: (
            <button type="button" className="o-link" disabled={isBusy} onClick={showAgent}>
              {_("an agent that plans its own schedule")}
            </button>
          ),
        })}
      </p>
      {isImporting ? <ImportDialog onClose={() => setImporting(false)} /> : null}
    </>
  );
}

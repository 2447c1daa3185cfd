import { useEffect, useState } from "react";

import { ApiError } from "@/api/client";
import { _ } from "@/gettext";
import { page } from "@/page";
import type { Json, JsonObject } from "@/types/models";
import { JsonTree } from "@/ui/JsonTree";

import { eventOfStart } from "./starts";

const AFTER_MS = 300;

/** The event that a test start would make up, before it starts. */
export function EventPreview({ nodeId, payload }: { nodeId: string; payload: JsonObject }) {
  const [shown, setShown] = useState<{ event: Json } | { problem: string } | null>(null);
  const sent = JSON.stringify(payload);
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(() => {
      eventOfStart(page().workflow?.id ?? "", nodeId, JSON.parse(sent) as JsonObject).then(
        (event) => isCurrent && setShown({ event }),
        (error: unknown) => {
          if (isCurrent && error instanceof ApiError) setShown({ problem: error.message });
        },
      );
    }, AFTER_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [nodeId, sent]);
  return (
    <section aria-live="polite">
      <h3>{_("The event that the trigger gets")}</h3>
      {shown === null ? <p className="o-quiet">{_("Reading it…")}</p> : null}
      {shown && "event" in shown ? <JsonTree value={shown.event} label={_("Event")} /> : null}
      {shown && "problem" in shown ? <p className="o-quiet">{shown.problem}</p> : null}
    </section>
  );
}

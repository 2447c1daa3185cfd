import { useRef, useState } from "react";

import type { ApiError } from "@/api/client";
import { _ } from "@/gettext";
import { page } from "@/page";
import type { JsonObject } from "@/types/models";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { say } from "@/ui/messages";
import { newId } from "@/ui/newId";
import { payloadOf } from "@/ui/payload";
import { useNow } from "@/ui/useNow";
import { useVerb } from "@/ui/useVerb";

import { type Draft, everyText, newDraft, placed, suggestionIn, timingOf, withSuggestion } from "./draft";
import { addSchedule } from "./schedule";
import { ScheduleFields } from "./ScheduleFields";
import { SchedulePreview } from "./SchedulePreview";
import "./schedules.css";
import { reloadSchedules, useSchedules } from "./store";
import { type Previewed, usePreview } from "./usePreview";
import { addedText } from "./words";

interface AddScheduleProps {
  /** The node at which it will start, and its primary key. */
  nodeId: string;
  nodeKey: number;
  onClose: () => void;
}

/** A new schedule for a trigger, with its meaning while it is filled in. */
export function AddSchedule({ nodeId, nodeKey, onClose }: AddScheduleProps) {
  const [draft, setDraft] = useState(() => newDraft(page().zone));
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const { isBusy, act } = useVerb(setRefusal);
  const previewed = usePreview(timingOf(draft));
  const keys = useRef(newId());
  const change = (next: Draft) => {
    // Another schedule is another request: only the same one may be answered by the first.
    keys.current = newId();
    setRefusal(null);
    setDraft(next);
  };
  const payload = payloadOf(draft.payload);
  const add = () =>
    act(async () => {
      const added = await addSchedule({
        name: draft.name.trim(),
        workflow: page().workflow?.id ?? "",
        trigger_node: nodeKey,
        idempotency_key: keys.current,
        ...("value" in payload ? { trigger_payload: payload.value } : {}),
        ...timingOf(draft),
      });
      useSchedules.getState().put({ ...added, start_node: nodeId });
      say(addedText(added, new Date(), page().zone));
      onClose();
      void reloadSchedules();
    });
  return (
    <Dialog
      title={_("Add a schedule")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{_("Cancel")}</Button>
          <Button look="main" disabled={isBusy || "problem" in payload} onClick={add}>
            {_("Add schedule")}
          </Button>
        </>
      }
    >
      <Form draft={draft} refusal={refusal} previewed={previewed} onChange={change} />
    </Dialog>
  );
}

interface FormProps {
  draft: Draft;
  refusal: ApiError | null;
  previewed: Previewed;
  onChange: (draft: Draft) => void;
}

function Form({ draft, refusal, previewed, onChange }: FormProps) {
  const now = useNow(1000);
  const refused = refusal ?? (previewed && "refused" in previewed ? previewed.refused : null);
  const { at, others } = placed(refused?.fields ?? {}, draft.kind);
  const isPlaced = Object.keys(at).length > 0 || others.length > 0;
  const sentences = refused && !isPlaced ? [refused.message] : others;
  const suggestion = refused && suggestionIn(refused.body);
  return (
    <div className="o-add-schedule">
      <div className="o-add-schedule__fields">
        <ScheduleFields draft={draft} problems={at} onChange={onChange} />
        {suggestion ? <Suggestion draft={draft} suggestion={suggestion} onTake={onChange} /> : null}
        {sentences.length ? (
          <div className="o-note is-bad" role="alert">
            <span className="o-note__text">{sentences.join(" ")}</span>
          </div>
        ) : null}
      </div>
      <div className="o-add-schedule__preview" aria-live="polite" aria-label={_("Preview")} role="region">
        {previewed && "preview" in previewed ? (
          <SchedulePreview preview={previewed.preview} now={now} />
        ) : (
          <p className="o-quiet">
            {refused ? _("No preview: see the problem.") : _("Its next runs appear here.")}
          </p>
        )}
      </div>
    </div>
  );
}

interface SuggestionProps {
  draft: Draft;
  suggestion: JsonObject;
  onTake: (draft: Draft) => void;
}

function Suggestion({ draft, suggestion, onTake }: SuggestionProps) {
  const taken = withSuggestion(draft, suggestion);
  const timing = taken.kind === "cron" ? taken.cron : everyText(taken);
  return (
    <div className="o-field">
      <Button onClick={() => onTake(taken)}>
        {taken.zone === draft.zone
          ? _("Use %(timing)s", { timing })
          : _("Use %(timing)s in %(zone)s", { timing, zone: taken.zone })}
      </Button>
    </div>
  );
}

import { useEffect, useRef, useState } from "react";

import type { ApiError } from "@/api/client";
import { may, runNow } from "@/features/schedules/schedule";
import { ensureSchedules, useSchedules } from "@/features/schedules/store";
import { save } from "@/features/workflows/saving/save";
import { useUnsaved } from "@/features/workflows/saving/unfinished";
import { useEditor } from "@/features/workflows/store/editor";
import { _, pgettext } from "@/gettext";
import { page } from "@/page";
import type { JsonObject } from "@/types/models";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { newId } from "@/ui/newId";
import { useVerb } from "@/ui/useVerb";
import { payloadOf } from "@/ui/payload";
import { PayloadField } from "@/ui/PayloadField";

import { EventPreview } from "./EventPreview";
import { watchExecution, watchScheduleRun } from "./follow";
import { chosenSchedule, ScheduleField } from "./ScheduleField";
import { StartChoices } from "./StartChoices";
import { type Start, startAt, type StartChoice, startsOf } from "./starts";

/** Where to start, and with what; then the run is shown on the drawing. */
export function RunDialog({ onClose }: { onClose: () => void }) {
  useEffect(ensureSchedules, []);
  const graph = useEditor((state) => state.history.now);
  const schedules = useSchedules((state) => state.schedules);
  const choices = startsOf(
    graph,
    schedules.filter((each) => may("run", each)),
  );
  const [key, setKey] = useState<string | null>(null);
  const [text, setText] = useState("");
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const [scheduleId, setScheduleId] = useState("");
  const chosen = choices.find((choice) => choice.key === key) ?? choices[0];
  const payload = payloadOf(text);
  const choose = (next: string) => {
    setRefusal(null);
    setKey(next);
  };
  return (
    <Dialog
      title={_("Run this workflow")}
      onClose={onClose}
      actions={
        <RunButtons
          chosen={chosen}
          scheduleId={scheduleId}
          payload={"value" in payload ? payload.value : null}
          onRefused={setRefusal}
          onClose={onClose}
        />
      }
    >
      <div className="o-run-dialog">
        {choices.length ? (
          <StartChoices choices={choices} chosen={chosen?.key ?? ""} onChoose={choose} />
        ) : (
          <p>{_("Nothing starts this workflow yet. Add a manual or a schedule trigger.")}</p>
        )}
        {chosen ? (
          <StartFields
            chosen={chosen}
            scheduleId={scheduleId}
            onSchedule={setScheduleId}
            text={text}
            onText={setText}
            refusal={refusal}
          />
        ) : null}
        <Notes refusal={refusal} isSaved={chosen?.isSaved ?? true} />
      </div>
    </Dialog>
  );
}

interface StartFieldsProps {
  chosen: StartChoice;
  scheduleId: string;
  onSchedule: (id: string) => void;
  text: string;
  onText: (text: string) => void;
  refusal: ApiError | null;
}

/** What the chosen start asks for: which schedule, or a payload; of a test also its event. */
function StartFields({ chosen, scheduleId, onSchedule, text, onText, refusal }: StartFieldsProps) {
  const { start, isSaved } = chosen;
  if (start.kind === "schedule") {
    return <ScheduleField schedules={start.schedules} chosen={scheduleId} onChoose={onSchedule} />;
  }
  const payload = payloadOf(text);
  const problem = "problem" in payload ? payload.problem : (refusal?.fields.payload?.join(" ") ?? "");
  return (
    <>
      <PayloadField text={text} problem={problem} onChange={onText} />
      {start.kind === "test" && isSaved && "value" in payload ? (
        <EventPreview nodeId={start.nodeId} payload={payload.value} />
      ) : null}
    </>
  );
}

function Notes({ refusal, isSaved }: { refusal: ApiError | null; isSaved: boolean }) {
  const hasChanges = useUnsaved();
  const others = refusal && !refusal.fields.payload ? sentenceOf(refusal) : "";
  return (
    <>
      {hasChanges ? (
        <div className="o-note is-warn">
          <span className="o-note__text">
            {isSaved
              ? _("There are unsaved changes. The saved version runs without them.")
              : _("This trigger is not saved yet, so the workflow has to be saved first.")}
          </span>
        </div>
      ) : null}
      {others ? (
        <div className="o-note is-bad" role="alert">
          <span className="o-note__text">{others}</span>
        </div>
      ) : null}
    </>
  );
}

function sentenceOf({ fields, message, isSignedOut }: ApiError): string {
  if (isSignedOut) return _("Your session has ended. Sign in again in another tab, then run.");
  const problems = Object.values(fields).flat();
  return problems.length ? problems.join(" ") : message;
}

interface RunButtonsProps {
  chosen: StartChoice | undefined;
  scheduleId: string;
  /** Null while it is no JSON object. */
  payload: JsonObject | null;
  onRefused: (refusal: ApiError | null) => void;
  onClose: () => void;
}

function RunButtons({ chosen, scheduleId, payload, onRefused, onClose }: RunButtonsProps) {
  const { isBusy, act } = useVerb(onRefused);
  const hasChanges = useUnsaved();
  const requestId = useRef(newId());
  const isReady = chosen && (payload || chosen.start.kind === "schedule");
  const run = (saveFirst: boolean) =>
    act(async () => {
      if (!chosen) return;
      onRefused(null);
      if (saveFirst && !(await save())) return onClose(); // what has to be fixed is behind the dialog
      await begin(chosen.start, { scheduleId, payload: payload ?? {}, requestId: requestId.current });
      onClose();
    });
  const disabled = isBusy || !isReady;
  return (
    <>
      <Button onClick={onClose}>{_("Cancel")}</Button>
      {hasChanges && page().may.change ? (
        <>
          <Button disabled={disabled || !chosen?.isSaved} onClick={() => run(false)}>
            {_("Run the saved version")}
          </Button>
          <Button look="main" disabled={disabled} onClick={() => run(true)}>
            {_("Save and run")}
          </Button>
        </>
      ) : (
        <Button look="main" disabled={disabled} onClick={() => run(false)}>
          {pgettext("verb", "Run")}
        </Button>
      )}
    </>
  );
}

interface Given {
  scheduleId: string;
  payload: JsonObject;
  requestId: string;
}

async function begin(start: Start, { scheduleId, payload, requestId }: Given): Promise<void> {
  if (start.kind === "schedule") {
    const schedule = chosenSchedule(start.schedules, scheduleId);
    if (schedule) watchScheduleRun(await runNow(schedule.id, requestId));
    return;
  }
  const execution = await startAt(page().workflow?.id ?? "", start.nodeId, payload);
  watchExecution(execution.id);
}

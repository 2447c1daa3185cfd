import { _ } from "@/gettext";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

interface OrphansDialogProps {
  /** One sentence a schedule. */
  schedules: readonly string[];
  message: string;
  onDecide: (decision: "stop" | "again") => void;
}

const ID = / \([0-9a-f-]{36}\)/;

/** The change would leave schedules without a start: asks before it does. */
export function OrphansDialog({ schedules, message, onDecide }: OrphansDialogProps) {
  return (
    <Dialog
      title={_("Schedules would have nothing to start")}
      lead={_(
        "They stay active, but none of their runs can start until the workflow is active and has a schedule trigger that accepts them.",
      )}
      onClose={() => onDecide("stop")}
      actions={
        <>
          <Button look="bare" data-autofocus onClick={() => onDecide("stop")}>
            {_("Keep editing")}
          </Button>
          <Button look="danger" onClick={() => onDecide("again")}>
            {_("Save all the same")}
          </Button>
        </>
      }
    >
      {schedules.length ? (
        <ul className="o-plain-list">
          {schedules.map((sentence) => (
            <li key={sentence}>{sentence.replace(ID, "")}</li>
          ))}
        </ul>
      ) : (
        <p>{message.split(": ")[0]}.</p>
      )}
    </Dialog>
  );
}

import { _ } from "@/gettext";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

interface SignedOutDialogProps {
  /** Why the last try did not do. */
  problem: string | null;
  onDecide: (decision: "stop" | "again") => void;
}

/** The session has ended. Nothing drawn is lost: the page stays, another tab signs in. */
export function SignedOutDialog({ problem, onDecide }: SignedOutDialogProps) {
  return (
    <Dialog
      title={_("You have been signed out")}
      lead={_("Sign in in another tab, then try again. Nothing that you drew is lost.")}
      onClose={() => onDecide("stop")}
      actions={
        <>
          <Button look="bare" onClick={() => onDecide("stop")}>
            {_("Keep editing")}
          </Button>
          <a className="o-btn o-btn--s" href={window.location.href} target="_blank" rel="noopener">
            {_("Sign in in another tab")}
          </a>
          <Button look="main" onClick={() => onDecide("again")}>
            {_("Try again")}
          </Button>
        </>
      }
    >
      <div aria-live="polite">{problem ? <p className="o-note is-warn">{problem}</p> : null}</div>
    </Dialog>
  );
}

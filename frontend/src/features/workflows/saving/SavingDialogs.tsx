import { ConflictDialog } from "./ConflictDialog";
import { GoneDialog } from "./GoneDialog";
import { OrphansDialog } from "./OrphansDialog";
import { SignedOutDialog } from "./SignedOutDialog";
import { type Decision, useSaving } from "./store";

/** The dialog of what saving waits for, if it waits for the user. */
export function SavingDialogs() {
  const question = useSaving((state) => state.question);
  const decide = (decision: Decision) => useSaving.getState().answer?.(decision);
  switch (question?.kind) {
    case "conflict":
      return <ConflictDialog conflict={question.conflict} onDecide={decide} />;
    case "orphans":
      return <OrphansDialog {...question} onDecide={decide} />;
    case "signed-out":
      return <SignedOutDialog problem={question.problem} onDecide={decide} />;
    case "gone":
      return <GoneDialog onClose={() => decide("stop")} />;
    default:
      return null;
  }
}

import { page } from "@/page";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { State } from "@/ui/State";
import { moment } from "@/ui/time";

import { type ConflictRow, isHarmless, rowsOf } from "./conflict";
import type { Conflict, Decision } from "./store";

interface ConflictDialogProps {
  conflict: Conflict;
  onDecide: (decision: Decision) => void;
}

/** Two saved different changes: what each changed, and the ways on. */
export function ConflictDialog({ conflict, onDecide }: ConflictDialogProps) {
  const { base, theirs, since } = conflict;
  const harmless = isHarmless(conflict.merged);
  const who = since?.by ?? "Someone else";
  const title =
    since?.by === page().user
      ? "You saved this workflow in another window"
      : `${who} saved this workflow while you were editing it`;
  const when = since ? ` was saved at ${moment(new Date(since.at), new Date(), page().zone)}` : " is newer";
  return (
    <Dialog
      title={title}
      lead={`Version ${theirs.graphVersion}${when}. Yours is based on version ${base.graphVersion}. Your changes are safe.`}
      onClose={() => onDecide("stop")}
      actions={
        <>
          <Button look="bare" onClick={() => onDecide("stop")}>
            Keep editing
          </Button>
          <Button onClick={() => onDecide("mine")}>Keep mine</Button>
          <Button onClick={() => onDecide("theirs")}>Take theirs</Button>
          <Button look="main" data-autofocus onClick={() => onDecide("merge")}>
            {!harmless ? "Merge and review" : conflict.isRestore ? "Merge" : "Merge and save"}
          </Button>
        </>
      }
    >
      <ConflictTable rows={rowsOf(conflict)} />
      <p className="o-help">{whatMergingDoes(conflict)}</p>
      <p className="o-help">{whatElseDoes(conflict)}</p>
    </Dialog>
  );
}

function ConflictTable({ rows }: { rows: readonly ConflictRow[] }) {
  return (
    <div className="o-scroll o-conflict" tabIndex={0} role="region" aria-label="What each changed">
      <table className="o-table o-table--flush">
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Yours</th>
            <th scope="col">Theirs</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              <td>
                <b className="o-strong">{row.name}</b>
              </td>
              <td>{row.yours ?? <AsBefore />}</td>
              <td>{row.isClash ? <Clash words={row.theirs} /> : (row.theirs ?? <AsBefore />)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const AsBefore = () => <span className="o-quiet">as before</span>;

const Clash = ({ words }: { words: string | null }) => (
  <State tone="warn" shape="failing">
    {words ?? "as before"}
  </State>
);

function whatMergingDoes({ merged: { flagged, dropped } }: Conflict): string {
  if (!flagged.length && !dropped.length) return "You changed different things. Merging keeps both.";
  const nodes = flagged.length === 1 ? "one node" : `${flagged.length} nodes`;
  const kept = flagged.length ? `You both changed ${nodes}. Merging keeps theirs and flags it for review.` : "";
  const edges = dropped.length === 1 ? "One connection" : `${dropped.length} connections`;
  return dropped.length ? `${kept} ${edges} cannot be kept.`.trimStart() : kept;
}

/** What is lost, said before it is. */
function whatElseDoes({ theirDifferences }: Conflict): string {
  const lost = theirDifferences.nodes.map(({ name, words }) => `${name} (${words})`);
  if (theirDifferences.edges.length) lost.push("changed connections");
  return `Keeping yours overwrites ${lost.join("; ")}. With theirs, yours is one undo away.`;
}

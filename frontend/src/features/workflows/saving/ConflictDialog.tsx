import { _, ngettext } from "@/gettext";
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
  const { since } = conflict;
  const harmless = isHarmless(conflict.merged);
  const who = since?.by ?? _("Someone else");
  const title =
    since?.by === page().user
      ? _("You saved this workflow in another window")
      : _("%(who)s saved this workflow while you were editing it", { who });
  return (
    <Dialog
      title={title}
      lead={[newness(conflict), basis(conflict), _("Your changes are safe.")].join(" ")}
      onClose={() => onDecide("stop")}
      actions={
        <>
          <Button look="bare" onClick={() => onDecide("stop")}>
            {_("Keep editing")}
          </Button>
          <Button onClick={() => onDecide("mine")}>{_("Keep mine")}</Button>
          <Button onClick={() => onDecide("theirs")}>{_("Take theirs")}</Button>
          <Button look="main" data-autofocus onClick={() => onDecide("merge")}>
            {!harmless
              ? _("Merge and review")
              : conflict.isRestore
                ? _("Merge")
                : _("Merge and save")}
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

function newness({ theirs: { graphVersion: version }, since }: Conflict): string {
  if (!since) return _("Version %(version)s is newer.", { version });
  const time = moment(new Date(since.at), new Date(), page().zone);
  return _("Version %(version)s was saved at %(time)s.", { version, time });
}

const basis = ({ base: { graphVersion: version } }: Conflict): string =>
  _("Yours is based on version %(version)s.", { version });

function ConflictTable({ rows }: { rows: readonly ConflictRow[] }) {
  return (
    <div className="o-scroll o-conflict" tabIndex={0} role="region" aria-label={_("What each changed")}>
      <table className="o-table o-table--flush">
        <thead>
          <tr>
            <th scope="col">{_("Node")}</th>
            <th scope="col">{_("Yours")}</th>
            <th scope="col">{_("Theirs")}</th>
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

const AsBefore = () => <span className="o-quiet">{_("as before")}</span>;

const Clash = ({ words }: { words: string | null }) => (
  <State tone="warn" shape="failing">
    {words ?? _("as before")}
  </State>
);

function whatMergingDoes({ merged: { flagged, dropped } }: Conflict): string {
  if (!flagged.length && !dropped.length) return _("You changed different things. Merging keeps both.");
  const kept = ngettext(
    "You both changed one node. Merging keeps theirs and flags it for review.",
    "You both changed %(count)s nodes. Merging keeps theirs and flags it for review.",
    flagged.length,
  );
  const left = ngettext(
    "One connection cannot be kept.",
    "%(count)s connections cannot be kept.",
    dropped.length,
  );
  return [flagged.length ? kept : "", dropped.length ? left : ""].join(" ").trim();
}

/** What is lost, said before it is. */
function whatElseDoes({ theirDifferences }: Conflict): string {
  const lost = theirDifferences.nodes.map(({ name, words }) => `${name} (${words})`);
  if (theirDifferences.edges.length) lost.push(_("changed connections"));
  return _("Keeping yours overwrites %(lost)s. With theirs, yours is one undo away.", {
    lost: lost.join("; "),
  });
}

import { nameOf, nodeOf } from "@/features/workflows/graph/model";
import { graphOf, useEditor } from "@/features/workflows/store/editor";
import { _ } from "@/gettext";
import { page } from "@/page";
import { useNow } from "@/ui/useNow";

import { hasEnded, versionOf } from "./execution";
import { type Connection, PACE_MS } from "./polling";
import { type RunState, useRun } from "./store";

/** After so long a worker should have taken it. */
const PATIENCE_MS = 10_000;

const CONNECTIONS: Record<Exclude<Connection, "live">, string> = {
  away: _("The server cannot be reached. What you see may be old; asking again by itself."),
  signed_out: _("Your session has ended. Sign in again in another tab, then reload this page."),
  forbidden: _("You may not view this run any more."),
  gone: _("This run was deleted."),
};

/** What stands between this page and the run, in words. */
export function RunNotes() {
  const connection = useRun((state) => state.connection);
  const notice = useRun((state) => state.notice);
  return (
    <div role="status">
      {connection === "live" ? null : (
        <Note tone={connection === "away" ? "warn" : "bad"}>{CONNECTIONS[connection]}</Note>
      )}
      {notice ? <Note tone="warn">{notice}</Note> : null}
      <FailureNote />
      <VersionNote />
      <QueueNote />
    </div>
  );
}

function Note({ tone, children }: { tone: "warn" | "bad"; children: string }) {
  return (
    <div className={`o-note is-${tone}`}>
      <span className="o-note__text">{children}</span>
    </div>
  );
}

/** Why the run failed, whichever node is chosen; also where no node did, as at a time limit. */
function FailureNote() {
  const error = useRun(({ execution }) => (execution?.status === "failed" ? execution.error : ""));
  const nodeId = useRun(({ execution }) => execution?.failed_node ?? "");
  const node = useEditor((state) => nodeOf(graphOf(state), nodeId));
  if (!error) return null;
  const name = node ? nameOf(node) : nodeId;
  return <Note tone="bad">{name && !error.includes(name) ? `${name}: ${error}` : error}</Note>;
}

/** Says that another graph is drawn than the newest, or another than the run's. */
function VersionNote() {
  const version = useRun(({ execution }) => execution && versionOf(execution));
  const drawn = useRun((state) => state.drawnVersion);
  const notice = useRun((state) => state.notice);
  const newest = useEditor((state) => state.saved.graphVersion);
  if (!version || notice || page().page === "execution") return null;
  if (drawn !== null) {
    return (
      <Note tone="warn">
        {_("This run is of version %(drawn)s, which is drawn. The newest is version %(newest)s.", {
          drawn,
          newest,
        })}
      </Note>
    );
  }
  if (version === newest) return null;
  return (
    <Note tone="warn">
      {_("This run is of version %(version)s; version %(newest)s is drawn.", { version, newest })}
    </Note>
  );
}

const isQueued = ({ execution, awaited }: RunState) => {
  const status = (execution ?? awaited)?.status ?? "";
  return status === "pending" && !hasEnded(status);
};

/** Says that nobody takes it, once it was queued for 10 s before our eyes. */
function QueueNote() {
  const queued = useRun(isQueued);
  const since = useRun((state) => state.since);
  const now = useNow(PACE_MS, queued);
  if (!queued || now.getTime() - since < PATIENCE_MS) return null;
  return (
    <Note tone="warn">
      {_(
        "Queued: no worker has taken it yet. The bar at the top of the page says whether workers run.",
      )}
    </Note>
  );
}

import { useNodesInitialized, useReactFlow } from "@xyflow/react";
import { useEffect } from "react";

import { _ } from "@/gettext";
import { adminAddress, page } from "@/page";
import { Button } from "@/ui/Button";
import { moment } from "@/ui/time";

import { type ExecutionDetail, startedBy } from "./execution";
import { PastRuns } from "./PastRuns";
import { RunNotes } from "./RunNotes";
import "./runs.css";
import { type Drawer, useRun } from "./store";
import { ThisRun } from "./ThisRun";

/** The drawer below the drawing: the shown run, and past ones. */
export function RunDrawer() {
  const drawer = useRun((state) => state.drawer);
  const execution = useRun((state) => state.execution);
  useFit(drawer !== null && execution !== null);
  if (!drawer) return null;
  return (
    <section className="o-drawer" aria-label={_("Run")}>
      <DrawerHead drawer={drawer} execution={execution} />
      <RunNotes />
      {drawer === "past" ? <PastRuns /> : null}
      {drawer === "this" && execution ? <ThisRun execution={execution} /> : null}
      {drawer === "this" && !execution ? <Waiting /> : null}
    </section>
  );
}

/** Beside the nodes: the names of open branches, and the zoom bar, at the bottom. */
const FIT = { padding: { x: 0.1, top: "24px", bottom: "64px" }, maxZoom: 1 } as const;

/** The drawing as a whole above the drawer, once that shows a run. */
function useFit(hasOpened: boolean) {
  const { fitView } = useReactFlow();
  const isMeasured = useNodesInitialized();
  useEffect(() => {
    if (!hasOpened || !isMeasured) return;
    // After the board has its new height.
    const frame = requestAnimationFrame(() => void fitView(FIT));
    return () => cancelAnimationFrame(frame);
  }, [hasOpened, isMeasured, fitView]);
}

interface DrawerHeadProps {
  drawer: Drawer;
  execution: ExecutionDetail | null;
}

function DrawerHead({ drawer, execution }: DrawerHeadProps) {
  const hasRun = useRun((state) => state.execution !== null || state.awaited !== null);
  const { openDrawer } = useRun.getState();
  const hasPast = page().page !== "execution";
  return (
    <div className="o-drawer__head">
      <nav className="o-tabs" aria-label={_("Run")}>
        {hasRun ? <Tab name="this" text={_("This run")} drawer={drawer} /> : null}
        {hasPast ? <Tab name="past" text={_("Past runs")} drawer={drawer} /> : null}
      </nav>
      {execution ? <span className="o-drawer__title">{titleOf(execution, new Date())}</span> : null}
      <span className="o-bench__end">
        {execution && page().page !== "execution" ? (
          <a
            className="o-btn o-btn--bare o-btn--s"
            href={adminAddress("admin_execution", execution.id)}
          >
            {_("Open the run")}
          </a>
        ) : null}
        <Button look="bare" icon="chevron-down" aria-label={_("Close the drawer")} onClick={() => openDrawer(null)} />
      </span>
    </div>
  );
}

function Tab({ name, text, drawer }: { name: Drawer; text: string; drawer: Drawer }) {
  return (
    <a
      href={`#run-${name}`}
      aria-current={name === drawer ? "true" : undefined}
      onClick={(event) => {
        event.preventDefault();
        useRun.getState().openDrawer(name);
      }}
    >
      {text}
    </a>
  );
}

/** "run of 23:40, started by Evening invoice follow-up". */
export function titleOf(execution: ExecutionDetail, now: Date): string {
  const at = new Date(execution.started_at ?? execution.created_at);
  const { zone } = page();
  const when = moment(at, now, zone);
  return _("run of %(when)s, started by %(who)s", { when, who: startedBy(execution) });
}

function Waiting() {
  const awaited = useRun((state) => state.awaited);
  return (
    <div className="o-drawer__body o-drawer__body--past">
      <p className="o-quiet">
        {awaited
          ? _("A run of %(name)s: it is drawn when it begins.", { name: awaited.name })
          : _("Reading the run…")}
      </p>
    </div>
  );
}

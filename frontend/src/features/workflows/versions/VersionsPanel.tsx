import "./versions.css";

import { useMemo } from "react";

import { _ } from "@/gettext";
import { page } from "@/page";
import { Button } from "@/ui/Button";
import { exact, moment } from "@/ui/time";

import { typeOf } from "../componentTypes";
import { compare, edgesInWords } from "../graph/differences";
import { edgeCount, nodeCount } from "../graph/words";
import { useEditor } from "../store/editor";
import type { Version } from "./load";
import { closeVersions, leaveVersion, lookAt, refreshVersions, restore, useVersions } from "./store";

/** The saves of the workflow, in place of the details. */
export function VersionsPanel() {
  const list = useVersions((state) => state.list);
  const problem = useVersions((state) => state.problem);
  return (
    <aside className="o-panel" aria-label={_("Versions")}>
      <header className="o-panel__head o-versions__head">
        <h2>{_("Versions")}</h2>
        <Button look="bare" icon="x" aria-label={_("Close the versions")} onClick={closeVersions} />
      </header>
      {problem ? (
        <div className="o-panel__body">
          <p className="o-note is-bad">{problem}</p>
          <Button onClick={() => void refreshVersions()}>{_("Try again")}</Button>
        </div>
      ) : null}
      {list?.length === 0 ? (
        <p className="o-panel__body o-quiet">{_("Nothing has been saved yet. Each save of the graph makes a version.")}</p>
      ) : null}
      <ol className="o-versions" aria-busy={list === null && !problem}>
        {list?.map((version) => (
          <Entry key={version.number} version={version} />
        ))}
      </ol>
    </aside>
  );
}

function Entry({ version }: { version: Version }) {
  const isShown = useVersions((state) => state.shown === version.number);
  const { number, saved_by, note, nodes, edges, is_current } = version;
  return (
    <li className={isShown ? "is-shown" : undefined}>
      <div className="o-slip__line">
        <span className="o-strong">
          {_("Version %(number)s", { number })}
          {is_current ? <span className="o-quiet"> {_("now")}</span> : null}
        </span>
        <Saved at={version.saved_at} />
      </div>
      {note ? <p className="o-quote">{note}</p> : null}
      <div className="o-slip__line">
        <span className="o-quiet">
          {saved_by || _("unknown")}, {nodeCount(nodes)}, {edgeCount(edges)}
        </span>
        {isShown || is_current ? null : (
          <Button look="bare" icon="eye" onClick={() => void lookAt(number)}>
            {_("Look at it")}
            <span className="o-sr">{_(": version %(number)s", { number })}</span>
          </Button>
        )}
      </div>
      {isShown ? <Difference /> : null}
    </li>
  );
}

function Saved({ at }: { at: string }) {
  const [date, { zone }] = [new Date(at), page()];
  return (
    <time className="o-quiet" dateTime={at} title={exact(date, zone)}>
      {moment(date, new Date(), zone)}
    </time>
  );
}

/** What is different on the canvas since the version that is shown. */
function Difference() {
  const looked = useEditor((state) => state.looked);
  const now = useEditor((state) => state.history.now);
  const found = useMemo(() => (looked ? compare(looked, now, typeOf) : null), [looked, now]);
  if (!found) return null;
  const edges = edgesInWords(found.edges);
  const lines = found.nodes.map(({ name, words }) => `${name}: ${words}`);
  if (edges) lines.push(_("Connections: %(edges)s", { edges }));
  return (
    <div className="o-versions__since">
      <h3>{_("Since then")}</h3>
      {lines.length ? (
        <ul className="o-plain-list">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ) : (
        <p className="o-quiet">{_("Nothing has changed but, at most, positions and notes.")}</p>
      )}
    </div>
  );
}

/** Says that the canvas shows an old version, with the ways on. */
export function VersionBanner() {
  const shown = useVersions((state) => state.shown);
  const newest = useVersions((state) => state.list?.[0]?.number);
  const isAllowed = useEditor((state) => state.isAllowed);
  if (shown === null) return null;
  return (
    <section className="o-note o-note--clock o-versions__banner" aria-label={_("Old version")} role="status">
      <span className="o-note__text">
        {newest
          ? _("You are looking at version %(shown)s of %(newest)s. It cannot be edited.", { shown, newest })
          : _("You are looking at version %(shown)s. It cannot be edited.", { shown })}
      </span>
      {isAllowed ? <Button onClick={() => void restore(shown)}>{_("Restore")}</Button> : null}
      <Button onClick={leaveVersion}>{_("Back")}</Button>
    </section>
  );
}

import { _ } from "@/gettext";
import { Button } from "@/ui/Button";

import { nodeOf } from "../graph/model";
import { useEditor } from "../store/editor";
import { goTo } from "./goTo";
import { type Finding, setFindings, useSaving } from "./store";

/** What has to be fixed before it can be saved, or reviewed after a merge; each leads to its node. */
export function FindingsList() {
  const findings = useSaving((state) => state.findings);
  if (!findings) return null;
  const { title, tone, items } = findings;
  return (
    <section className={`o-note o-findings is-${tone}`} aria-label={title} role="alert">
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <use href="#s-failing" />
      </svg>
      <div className="o-note__text">
        <b>{title}</b>
        <ul>
          {items.map((item, index) => (
            <li key={index}>
              <Place finding={item} />: {item.text}
            </li>
          ))}
        </ul>
      </div>
      <Button look="bare" icon="x" aria-label={_("Close the list")} onClick={() => setFindings(null)} />
    </section>
  );
}

function Place({ finding }: { finding: Finding }) {
  const { nodeId, name } = finding;
  const isThere = useEditor(({ history }) => nodeId !== null && nodeOf(history.now, nodeId) !== undefined);
  if (nodeId === null || !isThere) return <b>{name}</b>;
  return (
    <button type="button" className="o-link" onClick={() => goTo(finding)}>
      {name}
    </button>
  );
}

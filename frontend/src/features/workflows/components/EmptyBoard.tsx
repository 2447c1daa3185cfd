import { _ } from "@/gettext";
import { Tile } from "@/ui/Tile";
import type { NodeType } from "@/types/models";

import { defaultConfig, allTypes } from "../componentTypes";
import { graphOf, useEditor } from "../store/editor";
import { focusNode } from "../store/flow";
import { add } from "../store/verbs";
import { OtherWays } from "./OtherWays";
import { useMayEdit } from "./useMayEdit";

/** How people call the built-in starts. A site's own trigger goes by its label. */
const WORDS: Record<string, [name: string, line: string]> = {
  trigger_schedule: [_("On a schedule"), _("every night, every 15 minutes, once")],
  trigger_webhook: [_("When an address is called"), _("another system calls it")],
  trigger_manual: [_("By hand"), _("you press Run")],
};
const ORDER = Object.keys(WORDS);

/** What an empty workflow asks: how does it start? */
export function EmptyBoard() {
  const empty = useEditor((state) => !graphOf(state).nodes.length && !graphOf(state).notes.length);
  const mayEdit = useMayEdit();
  if (!empty) return null;
  return (
    <div className="o-board__empty">
      <div className="o-empty">
        <Art />
        {mayEdit ? <Question /> : <h2>{_("This workflow is empty")}</h2>}
      </div>
    </div>
  );
}

function Question() {
  const place = (type: NodeType) => (ORDER.indexOf(type.type) + 1 || ORDER.length + 1);
  const triggers = allTypes()
    .filter((type) => type.kind === "trigger")
    .sort((a, b) => place(a) - place(b));
  return (
    <>
      <h2>{_("How does it start?")}</h2>
      <p>{_("Every workflow begins with a trigger. Pick one here, or drag any node from the palette.")}</p>
      <div className="o-starts">
        {triggers.map((type) => (
          <Start key={type.type} type={type} />
        ))}
      </div>
      <OtherWays />
    </>
  );
}

function Start({ type }: { type: NodeType }) {
  const [name, line] = WORDS[type.type] ?? [type.label, type.description];
  const start = () => {
    const id = add({ type, config: defaultConfig(type), label: "" });
    if (id) focusNode(id);
  };
  return (
    <button type="button" className="o-start" onClick={start}>
      <Tile type={type.type} />
      <span>
        <span className="o-strong">{name}</span>
        <br />
        <span className="o-quiet">{line}</span>
      </span>
    </button>
  );
}

function Art() {
  return (
    <svg className="o-empty__art" viewBox="0 0 120 48" aria-hidden="true">
      <rect className="a-box" x="36" y="1" width="48" height="16" rx="5" />
      <path className="a-line" d="M60 17v14" />
      <rect className="a-box a-box--ghost" x="36" y="31" width="48" height="16" rx="5" />
      <circle className="a-dot" cx="60" cy="17" r="3" />
    </svg>
  );
}

import { _, pgettext } from "@/gettext";

import { useMayEdit } from "./useMayEdit";

interface Key {
  readonly what: string;
  readonly keys: readonly string[];
  /** Whether it works where nothing can be changed, too. */
  readonly looks?: boolean;
}

// As they stand on keyboards of the language.
const ENTER = pgettext("key", "Enter");
const TAB = pgettext("key", "Tab");
const ALT = pgettext("key", "Alt");
const CTRL = pgettext("key", "Ctrl");
const DEL = pgettext("key", "Del");
const SHIFT = pgettext("key", "Shift");

const KEYS: readonly Key[] = [
  { what: _("Find a node"), keys: ["/"] },
  { what: _("Add the found node"), keys: [ENTER] },
  { what: _("Go from node to node"), keys: [TAB], looks: true },
  { what: _("Follow an edge"), keys: ["↑", "↓"], looks: true },
  { what: _("Open the details"), keys: [ENTER], looks: true },
  { what: _("Connect to…"), keys: ["C"] },
  { what: _("Move"), keys: [ALT, "↑", "↓"] },
  { what: _("Select all"), keys: [CTRL, "A"], looks: true },
  { what: _("Copy"), keys: [CTRL, "C"], looks: true },
  { what: _("Paste"), keys: [CTRL, "V"] },
  { what: _("Duplicate"), keys: [CTRL, "D"] },
  { what: _("Delete"), keys: [DEL] },
  { what: _("Add a note"), keys: ["N"] },
  { what: _("Undo"), keys: [CTRL, "Z"] },
  { what: _("Redo"), keys: [CTRL, SHIFT, "Z"] },
  { what: _("Save"), keys: [CTRL, "S"] },
];

/** The keys of the drawing that work here: in the panel while nothing is chosen. */
export function Keys() {
  const mayEdit = useMayEdit();
  return (
    <div className="o-panel__body o-only-broad">
      <h2>{_("Keys")}</h2>
      <dl className="o-keys">
        {KEYS.filter((key) => mayEdit || key.looks).map(({ what, keys }) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

import { useMayEdit } from "./useMayEdit";

interface Key {
  readonly what: string;
  readonly keys: readonly string[];
  /** Whether it works where nothing can be changed, too. */
  readonly looks?: boolean;
}

const KEYS: readonly Key[] = [
  { what: "Find a node", keys: ["/"] },
  { what: "Add the found node", keys: ["Enter"] },
  { what: "Go from node to node", keys: ["Tab"], looks: true },
  { what: "Follow an edge", keys: ["↑", "↓"], looks: true },
  { what: "Open the details", keys: ["Enter"], looks: true },
  { what: "Connect to…", keys: ["C"] },
  { what: "Move", keys: ["Alt", "↑", "↓"] },
  { what: "Select all", keys: ["Ctrl", "A"], looks: true },
  { what: "Copy", keys: ["Ctrl", "C"], looks: true },
  { what: "Paste", keys: ["Ctrl", "V"] },
  { what: "Duplicate", keys: ["Ctrl", "D"] },
  { what: "Delete", keys: ["Del"] },
  { what: "Add a note", keys: ["N"] },
  { what: "Undo", keys: ["Ctrl", "Z"] },
  { what: "Redo", keys: ["Ctrl", "Shift", "Z"] },
  { what: "Save", keys: ["Ctrl", "S"] },
];

/** The keys of the drawing that work here: in the panel while nothing is chosen. */
export function Keys() {
  const mayEdit = useMayEdit();
  return (
    <div className="o-panel__body o-only-broad">
      <h2>Keys</h2>
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

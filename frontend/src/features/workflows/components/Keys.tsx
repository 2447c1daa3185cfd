const KEYS: readonly [what: string, keys: readonly string[]][] = [
  ["Find a node", ["/"]],
  ["Add the found node", ["Enter"]],
  ["Go from node to node", ["Tab"]],
  ["Follow an edge", ["↑", "↓"]],
  ["Open the details", ["Enter"]],
  ["Connect to…", ["C"]],
  ["Move", ["Alt", "↑", "↓"]],
  ["Select all", ["Ctrl", "A"]],
  ["Copy, paste", ["Ctrl", "C", "V"]],
  ["Duplicate", ["Ctrl", "D"]],
  ["Delete", ["Del"]],
  ["Add a note", ["N"]],
  ["Undo", ["Ctrl", "Z"]],
  ["Redo", ["Ctrl", "Shift", "Z"]],
  ["Save", ["Ctrl", "S"]],
];

/** The keys of the drawing: in the panel while nothing is chosen. */
export function Keys() {
  return (
    <div className="o-panel__body o-only-broad">
      <h2>Keys</h2>
      <dl className="o-keys">
        {KEYS.map(([what, keys]) => (
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

import { Tile } from "@/ui/Tile";
import type { NodeType } from "@/types/models";

/** The node types by category, to be added to the drawing. */
export function NodePalette({ types }: { types: readonly NodeType[] }) {
  const categories = [...new Set(types.map((type) => type.category))];
  return (
    <aside className="o-palette" aria-label="Palette">
      {categories.map((category) => (
        <section key={category} aria-label={category}>
          <div className="o-palette__title">
            <span>{category}</span>
          </div>
          <ul>
            {types
              .filter((type) => type.category === category)
              .map((type) => (
                <li key={type.type}>
                  <button type="button">
                    <Tile type={type.type} small />
                    {type.label}
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </aside>
  );
}

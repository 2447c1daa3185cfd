import { useMemo, useState } from "react";

import { _, number } from "@/gettext";
import type { Json } from "@/types/models";

import "./JsonTree.css";
import { isContainer, partsOf, sizeOf } from "./jsonText";
import { initiallyOpen } from "./jsonFolds";

const MOST_TEXT = 300;
const MOST_PARTS = 100;

interface JsonTreeProps {
  value: Json;
  /** What it is, for screen readers. */
  label: string;
}

/**
 * JSON that folds. Of a big value only what is open is drawn: about 200 rows at first, then what
 * a person opens. Open parts stay open when `value` is replaced; give it a `key` to begin anew.
 */
export function JsonTree({ value, label }: JsonTreeProps) {
  const open = useMemo(() => initiallyOpen(value), [value]);
  return (
    <div className="o-json" role="group" aria-label={label}>
      <Part name={null} value={value} path="" open={open} />
    </div>
  );
}

interface PartProps {
  name: string | null;
  value: Json;
  path: string;
  open: ReadonlySet<string>;
}

function Part(props: PartProps) {
  const { name, value } = props;
  if (isContainer(value) && partsOf(value).length > 0) return <Fold {...props} value={value} />;
  return (
    <div className="o-json__row">
      <Name name={name} />
      <Scalar value={value} />
    </div>
  );
}

function Fold({ name, value, path, open }: PartProps & { value: Json[] | { [key: string]: Json } }) {
  const [isOpen, setOpen] = useState(open.has(path));
  const [shown, setShown] = useState(MOST_PARTS);
  const parts = isOpen ? partsOf(value) : [];
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Name name={name} />
        {Array.isArray(value) ? "[ " : "{ "}
        <span className="j-more">{sizeOf(value)}</span>
      </summary>
      {parts.slice(0, shown).map(([key, part], index) => {
        const inner = `${path}/${key ?? index}`;
        return <Part key={inner} name={key} value={part} path={inner} open={open} />;
      })}
      {parts.length > shown ? (
        <More onClick={() => setShown(shown + MOST_PARTS)}>
          {_("Show %(number)s more", { number: Math.min(MOST_PARTS, parts.length - shown) })}
        </More>
      ) : null}
    </details>
  );
}

function Name({ name }: { name: string | null }) {
  if (name === null) return null;
  return (
    <>
      <span className="j-key">{name}</span>
      {": "}
    </>
  );
}

function Scalar({ value }: { value: Json }) {
  const [whole, setWhole] = useState(false);
  if (isContainer(value)) return <span className="j-more">{Array.isArray(value) ? "[]" : "{}"}</span>;
  if (typeof value !== "string") {
    return <span className={typeof value === "number" ? "j-number" : "j-word"}>{String(value)}</span>;
  }
  const isCut = !whole && value.length > MOST_TEXT;
  return (
    <>
      <span className="j-text">{JSON.stringify(isCut ? value.slice(0, MOST_TEXT) : value)}</span>
      {isCut ? (
        <More onClick={() => setWhole(true)}>
          {_("Show all %(number)s characters", { number: number(value.length) })}
        </More>
      ) : null}
    </>
  );
}

function More({ onClick, children }: { onClick: () => void; children: React.ReactNode }) {
  return (
    <button type="button" className="o-json__more" onClick={onClick}>
      {children}
    </button>
  );
}

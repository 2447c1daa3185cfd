import { type KeyboardEvent, useState } from "react";

import { _, ngettext } from "@/gettext";
import type { NodeType } from "@/types/models";

import { entries, type Offer, search, type Section, sections } from "../graph/palette";
import { focusNode } from "../store/flow";
import { add } from "../store/verbs";
import { OfferButton } from "./OfferButton";
import { SearchField } from "./SearchField";
import { useMayEdit } from "./useMayEdit";
import { useOffers } from "./useOffers";

/** The node types by category, to be added to the drawing. Not there for who may only look. */
export function NodePalette({ types }: { types: readonly NodeType[] }) {
  const mayEdit = useMayEdit();
  return mayEdit ? <Palette types={types} /> : null;
}

function Palette({ types }: { types: readonly NodeType[] }) {
  const [query, setQuery] = useState("");
  const offers = useOffers(types);
  const found = search(offers, query);
  const shown = sections(found);
  const first = query.trim() ? shown[0]?.offers[0] : undefined;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && first) {
      event.preventDefault();
      setQuery("");
      addByKey(first);
    }
  };
  return (
    <aside className="o-palette" aria-label={_("Palette")}>
      <SearchField value={query} onChange={setQuery} onKeyDown={onKeyDown} hotkey />
      {shown.map((section) => (
        <PaletteSection key={section.category} section={section} first={first} />
      ))}
      <p className="o-quiet" role="status">
        {query.trim() && !shown.length
          ? _("No node is called “%(query)s”.", { query: query.trim() })
          : ""}
      </p>
    </aside>
  );
}

function PaletteSection({ section, first }: { section: Section; first: Offer | undefined }) {
  return (
    <section aria-label={section.category}>
      <div className="o-palette__title">
        <span>{section.category}</span>
        {section.stepsOrTools ? <span>{_("steps or tools")}</span> : null}
      </div>
      <ul>
        {entries(section.offers).map(({ offer, functions }) => (
          <li key={offer.key}>
            <Draggable offer={offer} first={first} />
            {functions.length ? <Functions functions={functions} first={first} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

const Draggable = ({ offer, first }: { offer: Offer; first: Offer | undefined }) => (
  <OfferButton offer={offer} isFirst={offer === first} onPick={(picked) => add(picked)} canDrag />
);

/** So many functions are shown at once; more are folded, unless they were searched for. */
const FEW = 5;

interface FunctionsProps {
  functions: readonly Offer[];
  first: Offer | undefined;
}

function Functions({ functions, first }: FunctionsProps) {
  const list = (
    <ul aria-label={_("Functions of this site")}>
      {functions.map((offer) => (
        <li key={offer.key}>
          <Draggable offer={offer} first={first} />
        </li>
      ))}
    </ul>
  );
  if (functions.length <= FEW || first) return list;
  return (
    <details className="o-offers">
      <summary>{ngettext("%(count)s function", "%(count)s functions", functions.length)}</summary>
      {list}
    </details>
  );
}

/** By keyboard, the focus goes along: to the new node. */
function addByKey(offer: Offer): void {
  const id = add(offer);
  if (id) focusNode(id);
}

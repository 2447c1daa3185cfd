import { type KeyboardEvent, useEffect, useRef, useState } from "react";

import { _ } from "@/gettext";
import type { Position } from "@/types/models";

import type { Spot } from "../graph/insert";
import { type Offer, search } from "../graph/palette";
import { focusNode } from "../store/flow";
import { usePopups } from "../store/popups";
import { add } from "../store/verbs";
import { OfferButton } from "./OfferButton";
import { SearchField } from "./SearchField";
import { useOffers } from "./useOffers";

const WIDTH = 240;
const HEIGHT = 320;

/** The small palette at a "+": what can be added there. */
export function AddPopover() {
  const adding = usePopups((state) => state.adding);
  if (!adding) return null;
  const { spot, at } = adding;
  return <SmallPalette key={`${at.x} ${at.y}`} spot={spot} at={at} />;
}

function SmallPalette({ spot, at }: { spot: Spot; at: Position }) {
  const [query, setQuery] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const found = search(useOffers().filter((offer) => fits(offer, spot)), query);
  const { close } = usePopups.getState();
  useEffect(() => input.current?.focus(), []);
  useCloseOutside(box, close);
  const pick = (offer: Offer) => {
    close();
    const id = add(offer, spot);
    if (id) focusNode(id);
  };
  const onSearchKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && found[0]) {
      event.preventDefault();
      pick(found[0]);
    }
  };
  return (
    <div
      ref={box}
      className="o-add"
      role="dialog"
      aria-label={spot.kind === "tool" ? _("Add a tool") : _("Add a node")}
      style={placeOf(at)}
      onKeyDown={(event) => onListKey(event, box.current, close)}
    >
      <SearchField value={query} onChange={setQuery} onKeyDown={onSearchKey} inputRef={input} />
      <ul className="nowheel">
        {found.map((offer, place) => (
          <li key={offer.key}>
            <OfferButton offer={offer} isFirst={place === 0} onPick={pick} />
          </li>
        ))}
      </ul>
      {found.length ? null : <p className="o-quiet">{_("Nothing that fits here.")}</p>}
    </div>
  );
}

/** Whether a node of this type can be added there. */
function fits({ type }: Offer, spot: Spot): boolean {
  if (spot.kind === "tool") return type.can_be_tool;
  return spot.kind === "free" || type.kind !== "trigger";
}

/** Within the window, at the pointer. */
function placeOf({ x, y }: Position) {
  const left = Math.max(8, Math.min(x + 8, window.innerWidth - WIDTH - 8));
  const top = Math.max(8, Math.min(y + 8, window.innerHeight - HEIGHT - 8));
  return { left, top };
}

/** Escape closes; the arrows go through the list. */
function onListKey(event: KeyboardEvent, box: HTMLElement | null, close: () => void): void {
  if (event.key === "Escape") {
    event.stopPropagation();
    close();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !box) return;
  event.preventDefault();
  const items = [...box.querySelectorAll<HTMLElement>("input, li > button")];
  const place = items.indexOf(document.activeElement as HTMLElement);
  items[Math.max(0, Math.min(items.length - 1, place + step))]?.focus();
}

function useCloseOutside(box: { current: HTMLElement | null }, close: () => void): void {
  useEffect(() => {
    const onDown = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as globalThis.Node)) close();
    };
    document.addEventListener("pointerdown", onDown, true);
    return () => document.removeEventListener("pointerdown", onDown, true);
  }, [box, close]);
}

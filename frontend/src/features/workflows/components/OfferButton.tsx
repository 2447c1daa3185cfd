import { Tile } from "@/ui/Tile";

import type { Offer } from "../graph/palette";
import { startDrag } from "./offerDrag";

interface OfferButtonProps {
  offer: Offer;
  /** The one that Enter adds. */
  isFirst?: boolean;
  onPick: (offer: Offer) => void;
  canDrag?: boolean;
}

/** One thing that can be added: by a click, by Enter, by dragging it onto the drawing. */
export function OfferButton({ offer, isFirst = false, onPick, canDrag = false }: OfferButtonProps) {
  const classes = [isFirst ? "is-first" : "", offer.isFunction ? "o-offer--function" : ""];
  return (
    <button
      type="button"
      className={classes.filter(Boolean).join(" ") || undefined}
      title={offer.description || undefined}
      draggable={canDrag}
      onDragStart={(event) => startDrag(event, offer)}
      onClick={() => onPick(offer)}
    >
      <Tile type={offer.type.type} small />
      <span className="o-offer__name">{offer.name}</span>
    </button>
  );
}

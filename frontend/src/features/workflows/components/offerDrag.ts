/** Dragging from the palette onto the drawing. */

import type { DragEvent } from "react";

import { NODE_HEIGHT, NODE_WIDTH } from "../graph/model";
import type { Offer } from "../graph/palette";
import { onDrawing } from "../store/flow";
import { add } from "../store/verbs";

export const OFFER_FORMAT = "application/x-ostinato-offer";

let dragged: Offer | null = null;

export function startDrag(event: DragEvent, offer: Offer): void {
  dragged = offer;
  event.dataTransfer.setData(OFFER_FORMAT, offer.key);
  event.dataTransfer.effectAllowed = "copy";
}

/** Add what was dragged where it is dropped: on an edge, between its two nodes. */
export function dropOffer(event: DragEvent): void {
  const offer = dragged;
  dragged = null;
  if (!offer || event.dataTransfer.getData(OFFER_FORMAT) !== offer.key) return;
  event.preventDefault();
  const edge = (event.target as Element).closest(".react-flow__edge")?.getAttribute("data-id");
  const { x, y } = onDrawing({ x: event.clientX, y: event.clientY });
  if (edge) add(offer, { kind: "edge", key: edge });
  else add(offer, { kind: "free", at: { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 } });
}

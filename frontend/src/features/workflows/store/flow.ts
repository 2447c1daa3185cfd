/** React Flow's view of the drawing, for verbs that are given elsewhere than on it. */

import type { ReactFlowInstance } from "@xyflow/react";

import type { Position } from "@/types/models";

import { NODE_HEIGHT, NODE_WIDTH } from "../graph/model";

let flow: ReactFlowInstance | null = null;

export const setFlow = (instance: ReactFlowInstance | null): void => {
  flow = instance;
};

/** A place on the drawing from one on the screen. */
export function onDrawing(screen: Position): Position {
  return flow?.screenToFlowPosition(screen) ?? screen;
}

function board(): DOMRect | undefined {
  return document.querySelector(".o-board .react-flow")?.getBoundingClientRect();
}

/** The middle of what is visible of the drawing, or another height of it (0: the top). */
export function middleOfView(height = 0.5): Position {
  const box = board();
  if (!box) return { x: 0, y: 0 };
  return onDrawing({ x: box.x + box.width / 2, y: box.y + box.height * height });
}

/** Whether a place of the drawing is visible. */
export function isInView({ x, y }: Position): boolean {
  const box = board();
  if (!flow || !box) return true;
  const at = flow.flowToScreenPosition({ x, y });
  return at.x >= box.left && at.x <= box.right && at.y >= box.top && at.y <= box.bottom;
}

/** Bring a node into view, unless it is. */
export function reveal(at: Position): void {
  const middle = { x: at.x + NODE_WIDTH / 2, y: at.y + NODE_HEIGHT / 2 };
  if (!flow || isInView(middle)) return;
  void flow.setCenter(middle.x, middle.y, { zoom: flow.getZoom() });
}

export function fitAll(): void {
  void flow?.fitView({ padding: 0.15, maxZoom: 1 });
}

/** Move the focus to a node of the drawing, as soon as it is drawn: hidden, it cannot have it. */
export function focusNode(nodeId: string, tries = 60): void {
  const selector = `.react-flow__node[data-id="${CSS.escape(nodeId)}"]`;
  const element = document.querySelector<HTMLElement>(selector);
  element?.focus({ preventScroll: true });
  if (element && document.activeElement === element) return;
  if (tries > 0) requestAnimationFrame(() => focusNode(nodeId, tries - 1));
}

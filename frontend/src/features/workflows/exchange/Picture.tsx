import { COMPONENT_COLORS } from "../componentTypes";
import { NODE_HEIGHT, NODE_WIDTH } from "../graph/model";
import type { Drawing } from "./load";

const MARGIN = 24;

/** A small picture of a graph: boxes in the colours of their types, and lines. Decorative. */
export function Picture({ drawing: { nodes, edges } }: { drawing: Drawing }) {
  const places = new Map(nodes.map((node) => [node.node_id, placeOf(node.position)]));
  return (
    <svg className="o-picture" viewBox={viewOf([...places.values()])} aria-hidden="true">
      {edges.map(({ source, target, kind }, index) => {
        const [from, to] = [places.get(source), places.get(target)];
        if (!from || !to) return null;
        const isTool = kind === "tool";
        return (
          <line
            key={index}
            className={isTool ? "o-edge o-edge--tool" : "o-edge"}
            x1={from.x + NODE_WIDTH / 2}
            y1={from.y + (isTool ? NODE_HEIGHT / 2 : NODE_HEIGHT)}
            x2={to.x + NODE_WIDTH / 2}
            y2={to.y + (isTool ? NODE_HEIGHT / 2 : 0)}
          />
        );
      })}
      {nodes.map((node) => {
        const { x, y } = places.get(node.node_id) ?? ORIGIN;
        const fill = COMPONENT_COLORS[node.component_type] ?? "#6b655c";
        return (
          <rect key={node.node_id} x={x} y={y} width={NODE_WIDTH} height={NODE_HEIGHT} rx={14} fill={fill} />
        );
      })}
    </svg>
  );
}

interface Place {
  x: number;
  y: number;
}

const ORIGIN: Place = { x: 0, y: 0 };

const placeOf = (position: Partial<Place> | undefined): Place => ({
  x: Number(position?.x) || 0,
  y: Number(position?.y) || 0,
});

function viewOf(places: readonly Place[]): string {
  if (!places.length) return "0 0 1 1";
  const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN];
  const width = Math.max(...xs) + NODE_WIDTH + MARGIN - left;
  const height = Math.max(...ys) + NODE_HEIGHT + MARGIN - top;
  return `${left} ${top} ${width} ${height}`;
}

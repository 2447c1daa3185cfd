import type { ReactNode } from "react";

/** How a state looks: its colour, and the shape of the sprite that stands before its word. */
export interface Look {
  tone: "ok" | "bad" | "warn" | "busy" | "agent" | "idle";
  shape: string;
}

interface StateProps extends Look {
  loud?: boolean;
  children?: ReactNode;
}

/** A state: shape, word and colour, in this order of importance. */
export function State({ tone, shape, loud = false, children }: StateProps) {
  const className = `o-state is-${tone}${loud ? " o-state--loud" : ""}`;
  return (
    <span className={className}>
      <svg
        className={shape === "running" ? "o-turning" : undefined}
        viewBox="0 0 16 16"
        aria-hidden="true"
      >
        <use href={`#s-${shape}`} />
      </svg>
      {children}
    </span>
  );
}

import type { ButtonHTMLAttributes, ReactNode } from "react";

import { Icon } from "./Icon";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "main" | "danger" | "bare";
  icon?: string;
  children?: ReactNode;
}

/** A button of 28 px with text, an icon before it, or an icon alone with `aria-label`. */
export function Button({ look, icon, children, className = "", ...rest }: ButtonProps) {
  const classes = ["o-btn", "o-btn--s", className];
  if (look) classes.push(`o-btn--${look}`);
  if (icon && !children) classes.push("o-btn--icon");
  return (
    <button
      type="button"
      title={rest.title ?? (children ? undefined : rest["aria-label"])}
      {...rest}
      className={classes.filter(Boolean).join(" ")}
    >
      {icon ? <Icon name={icon} /> : null}
      {children}
    </button>
  );
}

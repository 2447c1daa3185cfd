import { type ReactNode, type RefObject, useEffect, useRef } from "react";

import { Icon } from "./Icon";

interface MenuProps {
  /** What opens it says or, with an icon alone, is called. */
  label: string;
  icon: string;
  look?: "bare" | "main";
  className?: string;
  children: ReactNode;
}

/** A button with a list below it. Escape, a click elsewhere and a choice close it. */
export function Menu({ label, icon, look = "bare", className = "", children }: MenuProps) {
  const ref = useRef<HTMLDetailsElement>(null);
  useClosing(ref);
  return (
    <details
      ref={ref}
      className={`o-menu ${className}`.trimEnd()}
      onKeyDown={(event) => {
        const { current } = ref;
        if (event.key !== "Escape" || !current?.open) return;
        event.stopPropagation();
        close(current);
        current.querySelector("summary")?.focus();
      }}
      onClick={(event) => {
        const chosen = (event.target as Element).closest(".o-menu__list :is(a, button)");
        if (chosen && ref.current) close(ref.current);
      }}
    >
      <summary className={`o-btn o-btn--${look} o-btn--s o-btn--icon`} aria-label={label} title={label}>
        <Icon name={icon} />
      </summary>
      <div className="o-menu__list">{children}</div>
    </details>
  );
}

const close = (menu: HTMLDetailsElement) => {
  menu.open = false;
};

function useClosing(ref: RefObject<HTMLDetailsElement | null>): void {
  useEffect(() => {
    const onPress = (event: Event) => {
      const menu = ref.current;
      if (menu?.open && !menu.contains(event.target as Node)) close(menu);
    };
    document.addEventListener("pointerdown", onPress);
    document.addEventListener("focusin", onPress);
    return () => {
      document.removeEventListener("pointerdown", onPress);
      document.removeEventListener("focusin", onPress);
    };
  }, [ref]);
}

interface MenuItemProps {
  icon: string;
  children: ReactNode;
  onChoose: () => void;
}

export function MenuItem({ icon, children, onChoose }: MenuItemProps) {
  return (
    <button type="button" onClick={onChoose}>
      <Icon name={icon} />
      {children}
    </button>
  );
}

interface MenuLinkProps {
  icon: string;
  children: ReactNode;
  href: string;
  /** Whether what it leads to is a file. */
  isFile?: boolean;
}

export function MenuLink({ icon, children, href, isFile = false }: MenuLinkProps) {
  return (
    <a href={href} download={isFile ? "" : undefined}>
      <Icon name={icon} />
      {children}
    </a>
  );
}

import { type KeyboardEventHandler, type RefObject, useId } from "react";

import { _ } from "@/gettext";
import { Icon } from "@/ui/Icon";

interface SearchFieldProps {
  value: string;
  onChange: (value: string) => void;
  onKeyDown: KeyboardEventHandler;
  label?: string;
  /** Whether "/" leads here. */
  hotkey?: boolean;
  inputRef?: RefObject<HTMLInputElement | null>;
}

/** The id of the field to which "/" leads. */
export const FIND_FIELD = "ostinato-find";

export function SearchField(props: SearchFieldProps) {
  const { value, onChange, onKeyDown, label = _("Find a node"), hotkey = false, inputRef } = props;
  const own = useId();
  const id = hotkey ? FIND_FIELD : own;
  return (
    <div className="o-search">
      <Icon name="search" />
      <label className="o-sr" htmlFor={id}>
        {label}
      </label>
      <input
        ref={inputRef}
        type="search"
        id={id}
        placeholder={label}
        autoComplete="off"
        maxLength={100}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {hotkey && !value ? <kbd aria-hidden="true">/</kbd> : null}
    </div>
  );
}

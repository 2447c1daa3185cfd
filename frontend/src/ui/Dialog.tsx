import "./dialog.css";

import { type ReactNode, useEffect, useId, useRef } from "react";

interface DialogProps {
  title: string;
  /** A sentence under the title. */
  lead?: ReactNode;
  /** What Escape and the buttons that leave do. */
  onClose: () => void;
  /** The buttons, the main one last. */
  actions: ReactNode;
  children?: ReactNode;
}

/** A modal dialog: the rest of the page is out of reach until it closes. */
export function Dialog({ title, lead, onClose, actions, children }: DialogProps) {
  const ref = useModal();
  const titleId = useId();
  return (
    <dialog
      ref={ref}
      className="o-dialog"
      aria-labelledby={titleId}
      onKeyDown={(event) => event.stopPropagation()} // the drawing's keys are not for here
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className="o-dialog__head">
        <h2 id={titleId}>{title}</h2>
        {lead ? <p className="o-soft">{lead}</p> : null}
      </header>
      <div className="o-dialog__body">{children}</div>
      <div className="o-dialog__foot">{actions}</div>
    </dialog>
  );
}

/** What has the focus at first: what is marked, else the first field. Otherwise the browser decides. */
const MARKED = "[data-autofocus]";
const FIELD = ".o-dialog__body :is(input, select, textarea)";

/** Opens the dialog, and gives the focus back to where it was. */
function useModal() {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    const find = (what: string) => dialog?.querySelector<HTMLElement>(what);
    (find(MARKED) ?? find(FIELD))?.focus();
    return () => {
      if (dialog?.open) dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return ref;
}

import { type ReactNode, useEffect, useId, useRef } from "react";

interface DialogProps {
  title: string;
  /** What Escape and the buttons that leave do. */
  onClose: () => void;
  /** The buttons, the main one last. */
  actions: ReactNode;
  children: ReactNode;
}

/** A modal dialog: the rest of the page is out of reach until it closes. */
export function Dialog({ title, onClose, actions, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
  }, []);
  return (
    <dialog
      ref={ref}
      className="o-dialog"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className="o-dialog__head">
        <h2 id={titleId}>{title}</h2>
      </header>
      <div className="o-dialog__body">{children}</div>
      <div className="o-dialog__foot">{actions}</div>
    </dialog>
  );
}

import { _ } from "@/gettext";

import "./messages.css";

import { Button } from "./Button";
import { type Message, type Tone, unsay, useMessages } from "./messages";

const SHAPES: Record<Tone, string> = {
  ok: "succeeded",
  bad: "failed",
  warn: "failing",
  busy: "running",
};

/** The message area of the page. Screen readers read each new message aloud. */
export function Messages() {
  const list = useMessages((state) => state.list);
  return (
    <div className="o-messages" role="status" aria-live="polite">
      {list.map((message) => (
        <Item key={message.id} message={message} />
      ))}
    </div>
  );
}

function Item({ message: { id, text, tone, action } }: { message: Message }) {
  return (
    <div className={`o-note is-${tone}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <use href={`#s-${SHAPES[tone]}`} />
      </svg>
      <span className="o-note__text">{text}</span>
      {action ? (
        <Button
          onClick={() => {
            unsay(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      ) : null}
      <Button look="bare" icon="x" aria-label={_("Close the message")} onClick={() => unsay(id)} />
    </div>
  );
}

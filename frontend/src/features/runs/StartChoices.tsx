import { _ } from "@/gettext";

import type { StartChoice } from "./starts";

interface StartChoicesProps {
  choices: readonly StartChoice[];
  chosen: string;
  onChoose: (key: string) => void;
}

/** Where to start: radio buttons with a sentence each. */
export function StartChoices({ choices, chosen, onChoose }: StartChoicesProps) {
  return (
    <fieldset className="o-choices">
      <legend className="o-sr">{_("Start at")}</legend>
      {choices.map((choice) => (
        <label key={choice.key}>
          <input
            type="radio"
            name="start_at"
            checked={choice.key === chosen}
            onChange={() => onChoose(choice.key)}
          />
          <span className="o-strong">{choice.name}</span>
          <span>{choice.help}</span>
        </label>
      ))}
    </fieldset>
  );
}

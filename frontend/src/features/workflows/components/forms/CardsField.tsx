import { _ } from "@/gettext";
import { Button } from "@/ui/Button";
import type { Json, JsonObject, JsonSchema } from "@/types/models";
import { singular, within } from "@/ui/words";

import { FieldFrame, type FieldProps } from "./FieldFrame";
import { plain, titleOf } from "./kinds";
import { SchemaFields } from "./SchemaFields";
import { useField } from "./scope";

/** A list of objects: a card each, in an order that counts. */
export function CardsField({ path, schema, required }: FieldProps) {
  const { id, value, disabled, set } = useField(path);
  const cards = Array.isArray(value) ? value : [];
  const known = plain(schema);
  const itemSchema = plain(known.items ?? {});
  const isFull = cards.length >= (known.maxItems ?? Infinity);
  const one = singular(titleOf(path.at(-1) ?? "", schema)) || _("Item");
  const add = (
    <Button
      icon="plus"
      disabled={disabled || isFull}
      onClick={() => set([...cards, fresh(itemSchema)])}
    >
      {_("Add")}
    </Button>
  );
  return (
    <FieldFrame path={path} schema={schema} required={required} id={id} group action={add}>
      {cards.map((_, index) => (
        <div className="o-slip" key={index} role="group" aria-label={`${one} ${index + 1}`}>
          <div className="o-slip__head">
            {cards.length > 1 ? `${one} ${index + 1}` : null}
            <CardTools index={index} one={one} cards={cards} disabled={disabled} set={set} />
          </div>
          <SchemaFields path={[...path, index]} schema={itemSchema} />
        </div>
      ))}
    </FieldFrame>
  );
}

interface CardToolsProps {
  index: number;
  one: string;
  cards: readonly Json[];
  disabled: boolean;
  set: (cards: Json | undefined) => void;
}

function CardTools({ index, one, cards, disabled, set }: CardToolsProps) {
  const name = `${within(one)} ${index + 1}`;
  const swap = (other: number) => {
    const moved = [...cards];
    [moved[index], moved[other]] = [moved[other]!, moved[index]!];
    set(moved);
  };
  const rest = cards.filter((_, each) => each !== index);
  return (
    <span className="o-row-actions">
      {cards.length > 1 ? (
        <>
          <Button
            icon="arrow-up"
            aria-label={_("Move %(name)s up", { name })}
            disabled={disabled || index === 0}
            onClick={() => swap(index - 1)}
          />
          <Button
            icon="arrow-down"
            aria-label={_("Move %(name)s down", { name })}
            disabled={disabled || index === cards.length - 1}
            onClick={() => swap(index + 1)}
          />
        </>
      ) : null}
      <Button
        icon="x"
        aria-label={_("Remove %(name)s", { name })}
        disabled={disabled}
        onClick={() => set(rest.length ? rest : undefined)}
      />
    </span>
  );
}

/** A new card, with the defaults of what is required. */
function fresh(schema: JsonSchema): JsonObject {
  const card: JsonObject = {};
  for (const name of schema.required ?? []) {
    const fallback = schema.properties?.[name]?.default;
    if (fallback !== undefined) card[name] = fallback;
  }
  return card;
}

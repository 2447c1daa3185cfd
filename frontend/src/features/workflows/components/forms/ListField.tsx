import { _ } from "@/gettext";
import { Button } from "@/ui/Button";

import { FieldFrame, type FieldProps } from "./FieldFrame";
import { plain, titleOf, typesOf } from "./kinds";
import { changeField, useField, useFormScope } from "./scope";
import { ItemControl } from "./TextField";

/** A list of texts or numbers: one line each. */
export function ListField({ path, schema, required }: FieldProps) {
  const { id, value, disabled } = useField(path);
  const { nodeId } = useFormScope();
  const items = Array.isArray(value) ? value : [];
  const known = plain(schema);
  const itemSchema = plain(known.items ?? {});
  const title = titleOf(path.at(-1) ?? "", schema);
  const isFull = items.length >= (known.maxItems ?? Infinity);
  const first = typesOf(itemSchema).includes("string") ? "" : (itemSchema.minimum ?? 0);
  return (
    <FieldFrame path={path} schema={schema} required={required} id={id} group>
      {items.map((_item, index) => (
        // Items have no identity but their place.
        <div className="o-fieldrow" key={index} data-path-item>
          <ItemControl path={[...path, index]} schema={itemSchema} label={`${title} ${index + 1}`} />
          <Button
            look="bare"
            icon="x"
            aria-label={_("Remove %(name)s", { name: `${title} ${index + 1}` })}
            disabled={disabled}
            onClick={() => changeField(nodeId, [...path, index], undefined, false)}
          />
        </div>
      ))}
      <Button
        look="bare"
        icon="plus"
        className="o-rows-add"
        disabled={disabled || isFull}
        onClick={() => changeField(nodeId, [...path, items.length], first, false)}
      >
        {items.length ? _("Add another") : _("Add")}
      </Button>
    </FieldFrame>
  );
}

import { FieldFrame, type FieldProps } from "./FieldFrame";
import { plain } from "./kinds";
import { SchemaFields } from "./SchemaFields";
import { useField } from "./scope";

/** An object whose fields are known: its fields, in a frame. */
export function GroupField({ path, schema, required }: FieldProps) {
  const { id } = useField(path);
  return (
    <FieldFrame path={path} schema={schema} required={required} id={id} group>
      <div className="o-slip">
        <SchemaFields path={path} schema={plain(schema)} />
      </div>
    </FieldFrame>
  );
}

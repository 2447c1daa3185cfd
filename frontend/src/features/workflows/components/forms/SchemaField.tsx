import type { ComponentType } from "react";

import { BooleanField } from "./BooleanField";
import { CardsField } from "./CardsField";
import { ChoiceField } from "./ChoiceField";
import type { FieldProps } from "./FieldFrame";
import { FunctionField } from "./FunctionField";
import { GroupField } from "./GroupField";
import { JsonField } from "./JsonField";
import { type Kind, kindOf } from "./kinds";
import { ListField } from "./ListField";
import { ScheduleField, WorkflowField } from "./PickField";
import { useField } from "./scope";
import { SecretField } from "./SecretField";
import { TableField } from "./TableField";
import { TextField } from "./TextField";

const FIELDS: Record<Kind, ComponentType<FieldProps>> = {
  text: TextField,
  boolean: BooleanField,
  choice: ChoiceField,
  list: ListField,
  cards: CardsField,
  group: GroupField,
  table: TableField,
  json: JsonField,
  function: FunctionField,
  workflow: WorkflowField,
  schedule: ScheduleField,
  secret: SecretField,
};

/** The field that fits a schema and the value that is there. */
export function SchemaField(props: FieldProps) {
  const { value, template } = useField(props.path);
  const Field = FIELDS[kindOf(props.schema, value, template)];
  return <Field {...props} />;
}

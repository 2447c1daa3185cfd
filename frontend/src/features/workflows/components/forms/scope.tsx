/** What the fields of one node's form share: its configuration, its faults, and how to change it. */

import { createContext, useContext, useId } from "react";

import type { FieldProblems } from "@/api/client";
import type { Json, JsonObject, NodeType } from "@/types/models";

import { matchesField, type Path, pathText, valueAt, withValue } from "../../graph/paths";
import { configure } from "../../graph/changes";
import { nodeOf } from "../../graph/model";
import { useEditor } from "../../store/editor";
import { withoutFaultsAt } from "./faults";
import type { TemplateKind } from "./kinds";

export interface FormScope {
  nodeId: string;
  type: NodeType;
  config: JsonObject;
  /** By path within the node, such as `config.url`. */
  problems: FieldProblems;
  disabled: boolean;
  /** Whether an agent has this node as a tool, so that its model fills in what is empty. */
  isTool: boolean;
}

const Scope = createContext<FormScope | null>(null);
export const FormScopeProvider = Scope.Provider;

export function useFormScope(): FormScope {
  const scope = useContext(Scope);
  if (!scope) throw new Error("A field stands outside of a form.");
  return scope;
}

/** What the template in the field at `path` renders to; null if the field is none. */
export function templateAt(type: NodeType, path: Path): TemplateKind | null {
  const isIn = (fields: readonly string[] | undefined) =>
    (fields ?? []).some((field) => matchesField(path, field));
  if (isIn(type.condition_fields)) return "condition";
  if (isIn(type.text_templates)) return "text";
  return isIn(type.value_templates) ? "value" : null;
}

/** Change one field of a node; undefined takes it out. Typing in one field is one step of undo. */
export function changeField(nodeId: string, path: Path, value: Json | undefined, isTyping: boolean): void {
  const { change, placed } = useEditor.getState();
  const text = pathText(path);
  change(
    (graph) => {
      const node = nodeOf(graph, nodeId);
      const [name] = path;
      if (!node || name === undefined) return graph;
      const config = withValue(node.config, path, value);
      return configure(graph, nodeId, { [String(name)]: config[String(name)] });
    },
    isTyping ? `${nodeId} ${text}` : undefined,
  );
  const kept = withoutFaultsAt(placed, nodeId, text);
  if (kept !== placed) useEditor.setState({ placed: kept });
}

/** Change several fields of a node in one step of undo. */
export function changeFields(nodeId: string, fields: Parameters<typeof configure>[2]): void {
  useEditor.getState().change((graph) => configure(graph, nodeId, fields));
}

/** The field at a path: its value and how to change it. */
export function useField(path: Path) {
  const { nodeId, type, config, disabled } = useFormScope();
  const id = useId();
  return {
    id,
    disabled,
    value: valueAt(config, path),
    template: templateAt(type, path),
    /** Change the value as a step of its own. */
    set: (value: Json | undefined) => changeField(nodeId, path, value, false),
  };
}


/** The shapes of the API, generated from its OpenAPI description. */

import type { components } from "./api";

type Schemas = components["schemas"];

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface Position {
  x: number;
  y: number;
}

/** A schema of a configuration: the part of JSON Schema that forms are made from. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: Json;
  enum?: Json[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  minProperties?: number;
  maxProperties?: number;
  additionalProperties?: boolean | JsonSchema;
  anyOf?: JsonSchema[];
  "x-unit"?: string;
  "x-widget"?: string;
}

/** A built-in node type, the five `schedule_*` tools among them, or one of the site's own. */
export type ComponentType = Schemas["ComponentType"] | (string & {});

export type NodeType = Omit<Schemas["NodeType"], "config_schema"> & {
  config_schema: JsonSchema;
  /** Where the configuration names the ports, such as `cases[].port`. */
  port_fields: string[];
  /** Fields that are templates for text, templates for any JSON, and conditions. */
  text_templates: string[];
  value_templates: string[];
  condition_fields: string[];
};

export interface WorkflowFunction {
  name: string;
  description: string;
  arguments_schema: JsonSchema;
}

type ScheduleOfApi = Schemas["Schedule"];
/** A schedule as the API shows it. */
export interface ScheduledJob extends ScheduleOfApi {}
export type Workflow = Schemas["Workflow"];
export type Execution = Schemas["Execution"];
export type ExecutionDetail = Schemas["ExecutionDetail"];
export type NodeRun = Schemas["NodeRun"];
/** A run of a schedule: a row of its ledger, which names its execution once a worker has it. */
export type ScheduleRun = Schemas["Run"];

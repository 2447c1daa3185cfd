/** The functions of the site that workflows may call. */

import { create } from "zustand";

import { get } from "@/api/client";
import { page } from "@/page";
import type { WorkflowFunction } from "@/types/models";

interface FunctionsState {
  /** By name; null until they are known. */
  list: readonly WorkflowFunction[] | null;
}

export const useFunctions = create<FunctionsState>()(() => ({ list: null }));

/** The function of this name: dotted, or its last part where only one function ends so. */
export function functionNamed(
  list: readonly WorkflowFunction[],
  name: unknown,
): WorkflowFunction | undefined {
  const exact = list.find((each) => each.name === name);
  if (exact || typeof name !== "string") return exact;
  const ends = list.filter((each) => each.name.endsWith(`.${name}`));
  return ends.length === 1 ? ends[0] : undefined;
}

let asked: Promise<void> | null = null;

/** Read them once. A failure leaves them unknown, and the next call tries again. */
export function loadFunctions(): Promise<void> {
  asked ??= get<{ results: WorkflowFunction[] }>(page().addresses.functions).then(
    ({ results }) => useFunctions.setState({ list: results }),
    () => {
      asked = null;
    },
  );
  return asked;
}

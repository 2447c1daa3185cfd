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

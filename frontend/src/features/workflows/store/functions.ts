/** The functions of the site, read once for the palette. */

import { create } from "zustand";

import { get } from "@/api/client";
import { page } from "@/page";
import type { WorkflowFunction } from "@/types/models";

interface Functions {
  functions: readonly WorkflowFunction[];
  /** Why they are missing; "" if they are not. */
  problem: string;
  load: () => Promise<void>;
}

export const useFunctions = create<Functions>()((set) => ({
  functions: [],
  problem: "",
  load: async () => {
    try {
      const { results } = await get<{ results: WorkflowFunction[] }>(page().addresses.functions);
      set({ functions: results, problem: "" });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      set({ problem: `The functions of the site could not be read. ${reason}` });
    }
  },
}));

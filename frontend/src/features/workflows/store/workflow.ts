/** The workflow on the page beside its graph: name, description, and whether it is active. */

import { create } from "zustand";

import { page } from "@/page";

interface WorkflowState {
  name: string;
  isActive: boolean;
}

export const useWorkflow = create<WorkflowState>()(() => ({
  name: page().workflow?.name ?? "",
  isActive: page().workflow?.is_active ?? true,
}));

/** Reading an execution for its own page, with the graph that it ran. */

import { ApiError, get } from "@/api/client";
import { extendWith } from "@/features/workflows/componentTypes";
import type { Graph } from "@/features/workflows/graph/model";
import { loadNodeTypes } from "@/features/workflows/load";
import { loadVersion } from "@/features/workflows/versions/load";
import { rowAddress } from "@/page";
import type { ExecutionDetail } from "@/types/models";

import { versionOf } from "./execution";

export interface LoadedExecution {
  execution: ExecutionDetail;
  /** Null if its workflow or the version is gone. */
  graph: Graph | null;
}

/** Raises `ApiError` if the execution itself cannot be read. */
export async function loadExecution(id: string): Promise<LoadedExecution> {
  const [types, execution] = await Promise.all([
    loadNodeTypes(),
    get<ExecutionDetail>(rowAddress("executions", id)),
  ]);
  extendWith(types);
  return { execution, graph: await graphItRan(execution) };
}

async function graphItRan(execution: ExecutionDetail): Promise<Graph | null> {
  const version = versionOf(execution);
  if (!execution.workflow || version === null) return null;
  try {
    return await loadVersion(execution.workflow, version);
  } catch (error) {
    // Deleted since, or not for this user: the list of its node runs remains.
    if (error instanceof ApiError && [403, 404].includes(error.status)) return null;
    throw error;
  }
}

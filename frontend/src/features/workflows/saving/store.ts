/** What saving waits for: an answer of the server, or of the user. */

import { create } from "zustand";

import type { Differences } from "../graph/differences";
import type { Merged } from "../graph/merge";
import type { Graph } from "../graph/model";
import type { Saved } from "../store/editor";

/** Who saved since, as far as the list of versions tells. */
export interface Since {
  by: string;
  at: string;
  number: number;
}

export interface Conflict {
  base: Saved;
  theirs: Saved;
  /** The graph on the canvas. */
  mine: Graph;
  since: Since | null;
  /** Whether it is about going on with a draft, not about a save. */
  isRestore: boolean;
  yourDifferences: Differences;
  theirDifferences: Differences;
  merged: Merged;
}

/** What the user is asked, in a dialog, before saving can go on. */
export type Question =
  | { kind: "orphans"; message: string; schedules: readonly string[] }
  | { kind: "conflict"; conflict: Conflict }
  | { kind: "signed-out"; problem: string | null }
  | { kind: "gone" };

/** "again" is the way on in each dialog; the others belong to a conflict. */
export type Decision = "stop" | "again" | "theirs" | "mine" | "merge";

/** A node that needs a look, or something about the graph as a whole. */
export interface Finding {
  nodeId: string | null;
  name: string;
  text: string;
  /** The field of its configuration; "" for the node as a whole. */
  field: string;
}

export interface Findings {
  /** "3 things to fix", or "2 nodes to review". */
  title: string;
  tone: "bad" | "warn";
  items: readonly Finding[];
}

interface SavingState {
  isSaving: boolean;
  question: Question | null;
  answer: ((decision: Decision) => void) | null;
  findings: Findings | null;
  /** A graph that was sent and may be saved: the answer was lost. */
  unsure: Graph | null;
}

export const useSaving = create<SavingState>()(() => ({
  isSaving: false,
  question: null,
  answer: null,
  findings: null,
  unsure: null,
}));

/** Ask the user in a dialog, one question at a time: an earlier one is answered by "stop". */
export function ask(question: Question): Promise<Decision> {
  useSaving.getState().answer?.("stop");
  return new Promise((resolve) => {
    useSaving.setState({
      question,
      answer: (decision) => {
        useSaving.setState({ question: null, answer: null });
        resolve(decision);
      },
    });
  });
}

export const setFindings = (findings: Findings | null): void => useSaving.setState({ findings });

/** The import of one file: chosen, previewed, then created. */

import { useState } from "react";

import { ApiError, type FieldProblems } from "@/api/client";
import { _ } from "@/gettext";

import { importWorkflow, type ImportPreview, openCanvas, previewImport } from "./load";

export interface ImportProblem {
  message: string;
  /** By their place in the file. */
  places: FieldProblems;
}

interface Chosen {
  fileName: string;
  text: string;
}

/** The bound of the server, so that a film is not sent to it. */
const MAX_FILE = 1024 * 1024;

export function useImport() {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [preview, setPreview] = useState<ImportPreview | null>(null);
  const [problem, setProblem] = useState<ImportProblem | null>(null);
  const [isBusy, setBusy] = useState(false);

  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };

  const choose = (file: File) =>
    attempt(async () => {
      setPreview(null);
      setChosen(null);
      const text = await textOf(file);
      setChosen({ fileName: file.name, text });
      setPreview(await previewImport({ file: text }));
    });

  const create = (name: string) =>
    attempt(async () => {
      if (chosen) openCanvas(await importWorkflow({ file: chosen.text, ...(name ? { name } : {}) }));
    });

  return { fileName: chosen?.fileName ?? null, preview, problem, isBusy, choose, create };
}

async function textOf(file: File): Promise<string> {
  if (!/\.(ya?ml|json)$/i.test(file.name)) {
    throw new Error(_("Choose a file that ends in .yaml, .yml or .json."));
  }
  if (file.size > MAX_FILE) throw new Error(_("The file is larger than 1 MiB."));
  return file.text();
}

export function problemOf(error: unknown): ImportProblem {
  if (error instanceof ApiError) return { message: error.message, places: error.fields };
  return { message: error instanceof Error ? error.message : String(error), places: {} };
}

import { useEffect, useState } from "react";

import { ApiError, request } from "@/api/client";
import { _ } from "@/gettext";
import { page, rowAddress } from "@/page";
import type { Json } from "@/types/models";

import type { TemplateKind } from "./kinds";

export interface Rendered {
  result: Json;
  problem: string | null;
  execution: string | null;
}

const AFTER_MS = 300;

/**
 * What a template renders to against the last run, 300 ms after its last change; null until it
 * is known. Overtaken requests are cancelled.
 */
export function useRendered(value: Json, kind: TemplateKind, isWanted: boolean): Rendered | null {
  const [rendered, setRendered] = useState<Rendered | null>(null);
  const text = JSON.stringify(value);
  useEffect(() => {
    const { workflow } = page();
    if (!isWanted || !workflow) {
      setRendered(null);
      return;
    }
    const cancel = new AbortController();
    const timer = setTimeout(() => {
      const body = { value: JSON.parse(text) as Json, kind };
      const address = rowAddress("workflows", workflow.id, "render/");
      request<Rendered>("POST", address, { body, signal: cancel.signal }).then(
        ({ data }) => cancel.signal.aborted || setRendered(data),
        (error: unknown) => cancel.signal.aborted || setRendered(refused(error)),
      );
    }, AFTER_MS);
    return () => {
      clearTimeout(timer);
      cancel.abort();
    };
  }, [text, kind, isWanted]);
  return rendered;
}

function refused(error: unknown): Rendered {
  const fields = error instanceof ApiError ? Object.values(error.fields).flat() : [];
  const said = error instanceof ApiError ? error.message : _("The preview is not available.");
  return { result: null, problem: fields[0] ?? said, execution: null };
}

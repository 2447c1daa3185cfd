import { useEffect, useState } from "react";

import { ApiError } from "@/api/client";
import type { JsonObject } from "@/types/models";

import { type Preview, previewSchedule } from "./schedule";

const AFTER_MS = 300;

export type Previewed = { preview: Preview } | { refused: ApiError } | null;

/** What a timing means, 300 ms after its last change; null while there is nothing to say. */
export function usePreview(timing: JsonObject | null): Previewed {
  const [found, setFound] = useState<Previewed>(null);
  const key = timing && JSON.stringify(timing);
  useEffect(() => {
    if (!key) {
      setFound(null);
      return;
    }
    const left = new AbortController();
    const timer = setTimeout(() => {
      previewSchedule(JSON.parse(key) as JsonObject, left.signal).then(
        (preview) => setFound({ preview }),
        (error: unknown) => {
          if (error instanceof ApiError && !left.signal.aborted) setFound({ refused: error });
        },
      );
    }, AFTER_MS);
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, [key]);
  return found;
}

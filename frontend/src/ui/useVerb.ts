import { useRef, useState } from "react";

import { ApiError } from "@/api/client";

import { say } from "./messages";

/**
 * Do one thing at a time: a second click while the first is under way does nothing. A refusal is
 * said in the message area, or passed to `onRefused`.
 */
export function useVerb(onRefused?: (error: ApiError) => void) {
  const isUnderway = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const act = async (verb: () => Promise<void>): Promise<void> => {
    if (isUnderway.current) return;
    isUnderway.current = true;
    setBusy(true);
    try {
      await verb();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (onRefused) onRefused(error);
      else say(error.message, "bad");
    } finally {
      isUnderway.current = false;
      setBusy(false);
    }
  };
  return { isBusy, act };
}

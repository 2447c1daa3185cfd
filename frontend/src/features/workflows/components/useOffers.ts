import { useEffect, useMemo } from "react";

import { defaultConfig, offeredTypes } from "../componentTypes";
import { type Offer, offersOf } from "../graph/palette";
import { useFunctions } from "../store/functions";

/** All that can be added on this site. */
export function useOffers(): readonly Offer[] {
  const functions = useFunctions((state) => state.functions);
  return useMemo(() => offersOf(offeredTypes(), functions, defaultConfig), [functions]);
}

/** Read the functions of the site once the palette is there. */
export function useLoadedFunctions(): string {
  useEffect(() => void useFunctions.getState().load(), []);
  return useFunctions((state) => state.problem);
}

import { useEffect, useMemo } from "react";

import type { NodeType } from "@/types/models";

import { defaultConfig, allTypes } from "../componentTypes";
import { loadFunctions, useFunctions } from "../functions";
import { type Offer, offersOf } from "../graph/palette";

/** All that can be added on this site: its types, and its functions once they are known. */
export function useOffers(types: readonly NodeType[] = allTypes()): readonly Offer[] {
  useEffect(() => void loadFunctions(), []);
  const functions = useFunctions((state) => state.list);
  return useMemo(() => offersOf(types, functions ?? [], defaultConfig), [types, functions]);
}

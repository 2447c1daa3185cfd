import { useSyncExternalStore } from "react";

import { useEditor } from "../store/editor";

const narrow = typeof window.matchMedia === "function" ? window.matchMedia("(max-width: 767px)") : null;

const subscribe = (listener: () => void) => {
  narrow?.addEventListener("change", listener);
  return () => narrow?.removeEventListener("change", listener);
};

/** Whether the window is as narrow as a phone: there, workflows are read and run. */
export const isNarrow = (): boolean => narrow?.matches ?? false;
export const useNarrow = (): boolean => useSyncExternalStore(subscribe, isNarrow);

/** Whether the drawing can be changed here. */
export function useMayEdit(): boolean {
  const mayChange = useEditor((state) => state.mayChange);
  return !useNarrow() && mayChange;
}

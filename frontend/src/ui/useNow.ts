import { useCallback, useSyncExternalStore } from "react";

/** One clock for each pace, so that all times on the page that tick together agree. */
class Clock {
  private now = new Date();
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly everyMs: number) {}

  readonly read = (): Date => this.now;

  subscribe(listener: () => void): () => void {
    if (!this.listeners.size) this.start();
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (!this.listeners.size) this.stop();
    };
  }

  private start(): void {
    this.tick();
    this.timer = setInterval(this.tick, this.everyMs);
    document.addEventListener("visibilitychange", this.tick);
  }

  private stop(): void {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.tick);
  }

  private readonly tick = (): void => {
    if (document.hidden) return;
    this.now = new Date();
    for (const listener of this.listeners) listener();
  };
}

const CLOCKS = new Map<number, Clock>();

function clockOf(everyMs: number): Clock {
  const clock = CLOCKS.get(everyMs) ?? new Clock(everyMs);
  CLOCKS.set(everyMs, clock);
  return clock;
}

const NEVER = () => () => undefined;

/** The time, read again at this pace while `active` and while the tab is visible. */
export function useNow(everyMs: number, active = true): Date {
  const clock = clockOf(everyMs);
  const subscribe = useCallback((listener: () => void) => clock.subscribe(listener), [clock]);
  return useSyncExternalStore(active ? subscribe : NEVER, clock.read);
}

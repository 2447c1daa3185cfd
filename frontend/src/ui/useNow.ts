import { useEffect, useState } from "react";

/** The time, read again at this pace while `active` and while the tab is visible. */
export function useNow(everyMs: number, active = true): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!active) return;
    const read = () => {
      if (!document.hidden) setNow(new Date());
    };
    read();
    const timer = setInterval(read, everyMs);
    document.addEventListener("visibilitychange", read);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", read);
    };
  }, [everyMs, active]);
  return now;
}

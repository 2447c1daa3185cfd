/** The session while a page stays open: it may end, and a new login brings a new CSRF token. */

import type { ApiError } from "@/api/client";
import { type Page, page, setPage } from "@/page";

/** Whether the token of the page is of an earlier login. */
export function isStaleToken(error: ApiError): boolean {
  return error.status === 403 && error.message.startsWith("CSRF");
}

export type Renewal = "renewed" | "signed-out" | "other-user" | "away";

/** Read this page anew for the token of the present login. */
export async function renewPage(): Promise<Renewal> {
  let text: string;
  try {
    const response = await fetch(window.location.href, {
      credentials: "same-origin",
      headers: { Accept: "text/html" },
      cache: "no-store",
    });
    text = await response.text();
  } catch {
    return "away";
  }
  const source = new DOMParser().parseFromString(text, "text/html").getElementById("ostinato-page");
  if (!source?.textContent) return "signed-out"; // the form to sign in came instead
  const { csrf_token, user } = JSON.parse(source.textContent) as Page;
  if (user !== page().user) return "other-user";
  setPage({ ...page(), csrf_token });
  return "renewed";
}

/** What Django's page tells the script: addresses, rights and what to show. */

export interface Addresses {
  workflows: string;
  schedules: string;
  executions: string;
  node_types: string;
  functions: string;
  workflow_templates: string;
  workflow_import: string;
  schedules_preview: string;
  /** Pages of the admin; they hold `NO_ID` in place of the id. */
  admin_workflow: string;
  admin_canvas: string;
  admin_schedule: string;
  admin_execution: string;
}

export interface Page {
  page: "canvas" | "execution" | "new";
  csrf_token: string;
  addresses: Addresses;
  workflow: { id: string; name: string; is_active: boolean; version: number } | null;
  execution: string | null;
  may: { change: boolean; run: boolean; add_schedule: boolean };
  /** What the user may do to the schedules of others; everything to their own. */
  verbs: { pause: boolean; resume: boolean; run: boolean };
  /** The IANA name of the user's time zone. */
  zone: string;
  user: string;
  user_id: string;
}

const NO_ID = "00000000-0000-0000-0000-000000000000";

let current: Page | null = null;

/** The data of this page. Raises an error where there is none: nothing works without it. */
export function page(): Page {
  if (!current) {
    const source = document.getElementById("ostinato-page");
    if (!source?.textContent) throw new Error("The page has no element #ostinato-page.");
    current = JSON.parse(source.textContent) as Page;
  }
  return current;
}

/** For tests: the page to use from now on. */
export function setPage(given: Page): void {
  current = given;
}

/** An address of the admin with the id of a row filled in. */
export function adminAddress(
  kind: "admin_workflow" | "admin_canvas" | "admin_schedule" | "admin_execution",
  id: string,
): string {
  return page().addresses[kind].replace(NO_ID, id);
}

/** The address of one row of a collection of the API, and of what lies under it. */
export function rowAddress(
  kind: "workflows" | "schedules" | "executions",
  id: string,
  rest = "",
): string {
  return `${page().addresses[kind]}${id}/${rest}`;
}

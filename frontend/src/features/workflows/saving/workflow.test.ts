import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { setPage } from "@/page";

import { graphWith } from "../graph/testing";
import { begin, json, PAGE, refused, serve } from "./testing";

setPage(PAGE); // the name is read from it as soon as the module is there
const { useWorkflow } = await import("../store/workflow");
const { changeWorkflow } = await import("./workflow");

const fields = { name: "Report $& more", description: "", is_active: true };

beforeEach(() => {
  begin(graphWith([]));
  useWorkflow.setState({ name: "Nightly report", isActive: true });
  document.title = "• Nightly report | Ostinato";
  document.body.innerHTML = '<div class="breadcrumbs"><span aria-current="page">Nightly report</span></div>';
});
afterEach(() => vi.unstubAllGlobals());

it("a new name is on the whole page: bench, breadcrumb and tab", async () => {
  serve(() => json(fields));
  expect(await changeWorkflow(fields)).toEqual({ isDone: true });
  expect(useWorkflow.getState().name).toBe("Report $& more");
  expect(document.querySelector(".breadcrumbs")?.textContent).toBe("Report $& more");
  expect(document.title).toBe("• Report $& more | Ostinato");
});

it("a refused name changes nothing, and says why", async () => {
  serve(() => refused(400, "invalid", "Wrong.", { name: ["May not be blank."] }));
  expect(await changeWorkflow({ ...fields, name: "" })).toEqual({ isDone: false, problem: "name: May not be blank." });
  expect(document.title).toBe("• Nightly report | Ostinato");
});

import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { EMPTY } from "../graph/model";
import { begin, json, refused, serve } from "../saving/testing";
import { ImportDialog } from "./ImportDialog";

const preview = {
  workflow: { name: "Nightly report", description: "Of the day." },
  nodes: [{ node_id: "a", component_type: "template", position: { x: 0, y: 0 } }],
  edges: [],
  schedules: [{ name: "nightly", sentence: "Every day at 02:30" }],
  emptied: ["graph.nodes[0].config.headers.Authorization"],
  note: "The workflow arrives inactive.",
};

const assign = vi.fn();

beforeEach(() => {
  begin(EMPTY);
  assign.mockReset();
  vi.spyOn(window.location, "assign").mockImplementation(assign);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function choose(name: string, text = "format: ostinato/workflow") {
  const file = new File([text], name);
  fireEvent.change(screen.getByLabelText("File to import"), { target: { files: [file] } });
}
const button = () => screen.getByRole<HTMLButtonElement>("button", { name: "Import" });

describe("the import of a file", () => {
  it("shows what it would create before it creates anything", async () => {
    const asked = serve(
      () => json(preview),
      () => json({ workflow: { id: "w2" }, schedules: [] }, 201),
    );
    render(<ImportDialog onClose={() => {}} />);
    expect(button().disabled).toBe(true);
    choose("report.yaml");
    expect(await screen.findByText("1 schedule, paused until you resume it")).toBeTruthy();
    expect(screen.getByText("1 node, 0 connections")).toBeTruthy();
    expect(screen.getByText("graph.nodes[0].config.headers.Authorization")).toBeTruthy();
    expect(screen.getByText("The workflow arrives inactive.")).toBeTruthy();
    expect(asked).toHaveLength(1);
    expect(asked[0]?.url).toBe("/api/import/?dry_run=true");
    fireEvent.change(screen.getByLabelText("Name"), { target: { value: "Mine" } });
    fireEvent.click(button());
    await waitFor(() => expect(assign).toHaveBeenCalledOnce());
    expect(asked[1]).toMatchObject({
      url: "/api/import/",
      body: { file: "format: ostinato/workflow", name: "Mine" },
    });
  });

  it("names the places of what is wrong in the file, and creates nothing", async () => {
    const problems = { file: ["Line 3: this is not YAML."], "graph.nodes[2].config.url": ["Required."] };
    serve(() => refused(400, "invalid", "Wrong.", problems));
    render(<ImportDialog onClose={() => {}} />);
    choose("report.json");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("Nothing was imported.");
    expect(alert.textContent).toContain("Line 3: this is not YAML.");
    expect(alert.textContent).toContain("graph.nodes[2].config.url Required.");
    expect(button().disabled).toBe(true);
  });

  it.each([
    ["film.mp4", "x", /ends in .yaml, .yml or .json/],
    ["large.json", "x".repeat(1024 * 1024 + 1), /larger than 1 MiB/],
  ])("sends no file such as %s", async (name, text, why) => {
    const asked = serve();
    render(<ImportDialog onClose={() => {}} />);
    choose(name, text);
    expect((await screen.findByRole("alert")).textContent).toMatch(why);
    expect(asked).toEqual([]);
  });
});

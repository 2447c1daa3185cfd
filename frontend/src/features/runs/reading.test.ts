import { describe, expect, test } from "vitest";

import { ApiError } from "@/api/client";
import type { ExecutionDetail, NodeRun } from "@/types/models";

import { callsOf, spentOf, turnsOf } from "./agentRecord";
import { lateness, lengthText, startedBy, updated } from "./execution";
import { connectionAfter, nextPoll } from "./polling";
import { barsOf } from "./waterfall";

const NOW = new Date("2026-03-28T22:40:31Z");

const nodeRun = (sequence: number, node_id: string, change: Partial<NodeRun> = {}): NodeRun =>
  ({
    sequence,
    node_id,
    component_type: "template",
    label: "",
    status: "succeeded",
    input: {},
    output: {},
    error: "",
    port: "out",
    started_at: "2026-03-28T22:40:00Z",
    finished_at: "2026-03-28T22:40:02Z",
    ...change,
  }) as NodeRun;

const execution = (change: Partial<ExecutionDetail> = {}): ExecutionDetail =>
  ({
    id: "e1",
    status: "running",
    trigger_type: "schedule",
    started_at: "2026-03-28T22:40:00Z",
    finished_at: null,
    event: {
      schedule_name: "Evening",
      scheduled_for: "2026-03-28T22:40:00Z",
      fired_at: "2026-03-28T22:40:00.600Z",
      origin: "schedule",
    },
    node_runs: [],
    ...change,
  }) as ExecutionDetail;

describe("polling", () => {
  test.each([
    [{ goesOn: true, hidden: false, failures: 0 }, 1000],
    [{ goesOn: true, hidden: false, failures: 1 }, 2000],
    [{ goesOn: true, hidden: false, failures: 3 }, 8000],
    [{ goesOn: true, hidden: false, failures: 40 }, 30_000],
    [{ goesOn: true, hidden: true, failures: 0 }, null],
    [{ goesOn: false, hidden: false, failures: 0 }, null],
  ])("with %o it waits %o ms", (watch, wait) => {
    expect(nextPoll(watch)).toBe(wait);
  });

  test.each([
    [new ApiError(0, "away", ""), "away"],
    [new ApiError(503, "error", ""), "away"],
    [new ApiError(429, "throttled", ""), "away"],
    [new ApiError(401, "x", ""), "signed_out"],
    [new ApiError(403, "not_authenticated", ""), "signed_out"],
    [new ApiError(403, "not_allowed", ""), "forbidden"],
    [new ApiError(404, "not_found", ""), "gone"],
  ])("%o means %s", (error, connection) => {
    expect(connectionAfter(error)).toBe(connection);
  });
});

describe("an execution", () => {
  test("tells who started it and how late it was", () => {
    expect(startedBy(execution())).toBe("Evening");
    expect(lateness(execution())).toBe("600 ms late");
    const byHand = execution({ trigger_type: "manual", event: { started_by: "mara" } });
    expect(startedBy(byHand)).toBe("mara");
    expect(lateness(byHand)).toBe("");
  });

  test("tells its time so far while it runs, and none before it started", () => {
    expect(lengthText(execution(), NOW)).toBe("31 s");
    expect(lengthText(execution({ started_at: null }), NOW)).toBe("");
    const ended = execution({ status: "failed", finished_at: "2026-03-28T22:40:01.8Z" });
    expect(lengthText(ended, NOW)).toBe("1.8 s");
  });

  test("a clock that is behind the server's counts from zero", () => {
    expect(lengthText(execution(), new Date("2026-03-28T22:39:00Z"))).toBe("0 ms");
  });

  test("keeps the node runs that ended, so that only what changed is drawn again", () => {
    const before = execution({ node_runs: [nodeRun(1, "a"), nodeRun(2, "b", { status: "running" })] });
    const after = execution({ node_runs: [nodeRun(1, "a"), nodeRun(2, "b")] });
    const now = updated(before, after);
    expect(now.node_runs[0]).toBe(before.node_runs[0]);
    expect(now.node_runs[1]).toBe(after.node_runs[1]);
    expect(updated(execution({ id: "other" }), after)).toBe(after);
  });
});

describe("the bars", () => {
  test("stand on one axis, in the order in which the nodes began", () => {
    const runs = [
      nodeRun(3, "draft", {
        status: "running",
        started_at: "2026-03-28T22:40:02Z",
        finished_at: null,
      }),
      nodeRun(1, "start", { finished_at: "2026-03-28T22:40:00Z" }),
      nodeRun(2, "fetch", { label: "Fetch overdue" }),
    ];
    const bars = barsOf(execution({ node_runs: runs }), new Date("2026-03-28T22:40:10Z"));
    expect(bars.map((bar) => [bar.name, bar.start, bar.width, bar.length])).toEqual([
      ["start", 0, 0.6, "0 ms"],
      ["Fetch overdue", 0, 20, "2.0 s"],
      ["draft", 20, 80, "8.0 s"],
    ]);
  });

  test("a node that never began has none, and a run of no time has an axis", () => {
    const skipped = nodeRun(2, "b", { status: "skipped", started_at: null, finished_at: null });
    const instant = nodeRun(1, "a", { finished_at: "2026-03-28T22:40:00Z" });
    const bars = barsOf(execution({ node_runs: [instant, skipped] }), NOW);
    expect(bars.map((bar) => [bar.start, bar.width, bar.length])).toEqual([
      [0, 0.6, "0 ms"],
      [0, 0, ""],
    ]);
    expect(barsOf(execution(), NOW)).toEqual([]);
  });

  test("no bar leaves the axis", () => {
    const last = { started_at: "2026-03-28T22:40:02Z", finished_at: "2026-03-28T22:40:02Z" };
    const bars = barsOf(execution({ node_runs: [nodeRun(1, "a"), nodeRun(2, "b", last)] }), NOW);
    for (const bar of bars) expect(bar.start + bar.width).toBeLessThanOrEqual(100);
  });
});

describe("an agent's record", () => {
  const output = {
    usage: { requests: 2, tool_calls: 1, input_tokens: 6000, output_tokens: 214 },
    calls: [
      { kind: "model", at: "t1", asked: "Do it", answer: "", tokens: { input: 1, output: 2 }, seconds: 3.3 },
      { kind: "tool", at: "t2", tool: "schedule_list", arguments: {}, result: [], is_error: false, seconds: 0.4 },
      { kind: "model", at: "t3", asked: "(the result of schedule_list)" },
    ],
  };

  test("is read as turns; the last one goes on", () => {
    const turns = turnsOf(callsOf(output));
    expect(turns.map((turn) => turn.tools.map((tool) => tool.tool))).toEqual([["schedule_list"], []]);
    expect(turns[1]?.request?.seconds).toBeUndefined();
  });

  test("is compared with its budget", () => {
    expect(spentOf(output, { max_requests: 5 }, { max_requests: 10, max_tokens: 50_000 })).toEqual([
      { name: "Requests", used: 2, limit: 5 },
      { name: "Tool calls", used: 1, limit: null },
      { name: "Tokens", used: 6214, limit: 50_000 },
    ]);
  });

  test("anything else has no calls", () => {
    for (const other of [null, "text", 4, [], { calls: "no" }]) expect(callsOf(other)).toEqual([]);
    expect(spentOf(null, {}, {})).toEqual([]);
  });
});

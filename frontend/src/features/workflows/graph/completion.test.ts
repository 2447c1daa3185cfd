import { describe, expect, it } from "vitest";

import { candidatesFor, complete, MOST_CANDIDATES, type Names, queryAt, type Syntax, UNKNOWN } from "./completion";

const names: Names = {
  trigger: { payload: { days: 10, region: "nordics", "a b": true, 'say "hi"': 1 }, type: "manual" },
  nodes: {
    fetch: { output: { status: 200, body: { invoices: [{ id: 4711 }, { id: 4702 }] } } },
    "send-mail": { output: UNKNOWN },
  },
  site: { url: "https://example.com" },
  execution: { id: "0b7e" },
};

/** What is offered at the bar in `marked`. */
function offered(marked: string, syntax: Syntax = {}) {
  const caret = marked.indexOf("¦");
  const text = marked.replace("¦", "");
  const query = queryAt(text, caret, syntax);
  return query ? candidatesFor(query, names, syntax) : null;
}
const texts = (marked: string, syntax?: Syntax) => offered(marked, syntax)?.map((each) => each.text);

/** The text after the candidate `chosen` was taken at the bar. */
function taken(marked: string, chosen: string, syntax: Syntax = {}): string {
  const caret = marked.indexOf("¦");
  const text = marked.replace("¦", "");
  const query = queryAt(text, caret, syntax)!;
  const candidate = candidatesFor(query, names, syntax).find((each) => each.text === chosen)!;
  const after = complete(text, caret, query, candidate, syntax);
  return `${after.text.slice(0, after.caret)}¦${after.text.slice(after.caret)}`;
}

describe("nothing is offered", () => {
  it.each([
    "plain text¦",
    "{{ trigger.payload.days }} and ¦",
    "{# trigger.¦ #}",
    "{{ 'trigger.¦' }}",
    '{{ "trigger.¦',
    "{{ trigger.payload ¦",
    "{{ 12¦ }}",
    "{¦",
    "{{ trigger.payload.days.¦",
    "{{ nobody.knows.¦",
  ])("at %s", (marked) => {
    expect(texts(marked) ?? []).toEqual([]);
  });
});

describe("a path", () => {
  it("offers the fields of what begins so, then that itself, with their values", () => {
    expect(offered("days={{ trigger.pay¦")?.map(({ text, about }) => [text, about])).toEqual([
      ["trigger.payload.days", "10"],
      ["trigger.payload.region", '"nordics"'],
      ['trigger.payload["a b"]', "true"],
      ['trigger.payload["say \\"hi\\""]', "1"],
      ["trigger.payload", "4 fields"],
    ]);
  });

  it("says how much of it is typed", () => {
    expect(offered("{{ trigger.pay¦")?.[0]?.typed).toBe("trigger.pay".length);
  });

  it("begins with all names, and the outputs of nodes", () => {
    expect(texts("{{ ¦")).toEqual([
      "trigger.payload",
      "trigger.type",
      "trigger",
      "nodes.fetch.output",
      'nodes["send-mail"].output',
      "nodes",
      "site.url",
      "site",
      "execution.id",
      "execution",
    ]);
  });

  it("finds a node by its id alone", () => {
    expect(texts("{{ fet¦")).toEqual(["nodes.fetch.output"]);
    expect(texts("{{ send¦")).toEqual(['nodes["send-mail"].output']);
  });

  it("goes into objects, lists and quoted names", () => {
    expect(texts("{{ nodes.fetch.output.body.¦")).toContain("nodes.fetch.output.body.invoices[0]");
    expect(texts("{{ nodes.fetch.output.body.invoices[¦")).toContain(
      "nodes.fetch.output.body.invoices[1].id",
    );
    expect(texts("{{ nodes.fetch.output.body.invoices[1].¦")).toEqual([
      "nodes.fetch.output.body.invoices[1].id",
    ]);
    expect(texts("{{ nodes['fetch'].out¦")).toContain("nodes.fetch.output.status");
    expect(texts('{{ trigger.payload["a¦')).toEqual(['trigger.payload["a b"]']);
  });

  it("says that a node has not run", () => {
    expect(offered("{{ send¦")?.[0]?.about).toBe("not run yet");
  });

  it("ignores capital letters", () => {
    expect(texts("{{ TRIGGER.¦")).toEqual([]);
    expect(texts("{{ trigger.PAYLOAD¦")).toContain("trigger.payload.days");
  });

  it.each([
    "{{ trigger.payload.days + ¦",
    "{{ f(¦",
    "{% if ¦",
    "{{ 1 if ¦",
    "{{ [1, ¦",
    "{{ a == ¦",
    "{{ '}}' ~ ¦",
    "{{ a }} {{ ¦",
  ])("may begin at %s", (marked) => {
    expect(texts(marked)).toContain("site.url");
  });
});

describe("a condition", () => {
  it("is an expression without braces", () => {
    expect(texts("nodes.fetch.output.st¦ == 200", { bare: true })).toEqual(["nodes.fetch.output.status"]);
    expect(texts("¦", { bare: true })).toContain("site.url");
    expect(texts("nodes.fetch.output.status ¦", { bare: true })).toBeUndefined();
  });

  it("may have braces out of habit", () => {
    expect(texts("{{ site.¦", { bare: true })).toEqual(["site.url"]);
  });
});

describe("a filter", () => {
  it("is offered after a bar", () => {
    expect(texts("{{ trigger.payload.region|up¦")).toEqual(["upper"]);
    expect(texts("{{ trigger.payload.region | ¦")).toContain("tojson");
    expect(texts("nodes.fetch.output|le¦", { bare: true })).toEqual(["length"]);
  });
});

describe("taking a candidate", () => {
  it.each([
    ["{{ trigger.pay¦", "trigger.payload.days", "{{ trigger.payload.days }}¦"],
    ["{{ trigger.pay¦ }}", "trigger.payload.days", "{{ trigger.payload.days¦ }}"],
    ["{{ trigger.pay¦load }}", "trigger.payload.days", "{{ trigger.payload.days¦ }}"],
    ["{{ trigger.pay¦ {{ site.url }}", "trigger.payload.days", "{{ trigger.payload.days }}¦ {{ site.url }}"],
    ["{{ trigger.pay¦", "trigger.payload", "{{ trigger.payload¦"],
    ['{{ trigger.payload["a¦"] }}', 'trigger.payload["a b"]', '{{ trigger.payload["a b"]¦ }}'],
    ["a {{ x|up¦ }}", "upper", "a {{ x|upper¦ }}"],
    ["{{ fet¦", "nodes.fetch.output", "{{ nodes.fetch.output¦"],
  ])("%s becomes %3$s", (marked, chosen, after) => {
    expect(taken(marked, chosen)).toBe(after);
  });

  it("does not close the braces that a condition has not", () => {
    expect(taken("si¦ == 1", "site.url", { bare: true })).toBe("site.url¦ == 1");
  });

  it("keeps JSON valid", () => {
    const marked = '{"a": "{{ trigger.payload.¦"}';
    const after = taken(marked, "trigger.payload['a b']", { json: true });
    expect(JSON.parse(after.replace("¦", ""))).toEqual({ a: "{{ trigger.payload['a b'] }}" });
    const quoted = texts(marked, { json: true })!.at(-1)!;
    expect(JSON.parse(taken(marked, quoted, { json: true }).replace("¦", ""))).toEqual({
      a: `{{ trigger.payload['say "hi"'] }}`,
    });
  });
});

describe("big values", () => {
  it("give at most 50 candidates", () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, index]));
    const query = queryAt("{{ trigger.", 11)!;
    expect(candidatesFor(query, { trigger: many })).toHaveLength(MOST_CANDIDATES);
  });

  it("are cut in what is said of them", () => {
    const query = queryAt("{{ trigger.", 11)!;
    const [candidate] = candidatesFor(query, { trigger: { text: "x".repeat(100_000) } });
    expect(candidate!.about.length).toBeLessThan(40);
  });

  it("take no time in a long text", () => {
    const text = `${"{{ site.url }} 'quoted' ".repeat(800)}{{ site.`;
    const before = performance.now();
    expect(queryAt(text, text.length)?.typed).toBe("site.");
    expect(performance.now() - before).toBeLessThan(200);
  });
});

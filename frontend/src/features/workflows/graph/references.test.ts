import { describe, expect, it } from "vitest";

import { followRenamed } from "./references";

const renamed = new Map([
  ["fetch", "fetch_2"],
  ["a-b", "c-d"],
]);

describe("a reference to a renamed node", () => {
  it.each([
    ["{{ nodes.fetch.output.body }}", "{{ nodes.fetch_2.output.body }}"],
    ['{{ nodes["fetch"].output }}', "{{ nodes.fetch_2.output }}"],
    ["{{ nodes['a-b'].output }}", '{{ nodes["c-d"].output }}'],
    ["{% if nodes.fetch.output %}yes{% endif %}", "{% if nodes.fetch_2.output %}yes{% endif %}"],
    ["{{ nodes.fetch_later.output }}", "{{ nodes.fetch_later.output }}"],
    ["the words nodes.fetch outside", "the words nodes.fetch outside"],
    ["{{ other_nodes.fetch }}", "{{ other_nodes.fetch }}"],
  ])("%s becomes %s", (before, after) => {
    expect(followRenamed({ text: before }, renamed)).toEqual({ text: after });
  });

  it("is followed in lists, objects and conditions", () => {
    const config = {
      cases: [{ port: "nodes.fetch", when: "nodes.fetch.output.status == 200" }],
      json: { deep: ["{{ nodes.fetch.output }}", 7, null] },
    };
    expect(followRenamed(config, renamed, ["cases[].when"])).toEqual({
      cases: [{ port: "nodes.fetch", when: "nodes.fetch_2.output.status == 200" }],
      json: { deep: ["{{ nodes.fetch_2.output }}", 7, null] },
    });
  });
});

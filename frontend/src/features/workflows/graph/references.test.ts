import { describe, expect, it } from "vitest";

import { followRenamed } from "./references";
import { node, typeOf } from "./testing";

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
    expect(followRenamed(node("n", "elsewhere", { text: before }), renamed, typeOf)).toEqual({ text: after });
  });

  it("is followed in conditions, and not in what is no template of its type", () => {
    const config = {
      cases: [{ port: "nodes.fetch", when: "nodes.fetch.output.status == 200" }],
      default: "{{ nodes.fetch }}",
    };
    expect(followRenamed(node("n", "switch", config), renamed, typeOf)).toEqual({
      cases: [{ port: "nodes.fetch", when: "nodes.fetch_2.output.status == 200" }],
      default: "{{ nodes.fetch }}",
    });
  });

  it("is followed in lists and objects, at any depth", () => {
    const config = { json: { deep: ["{{ nodes.fetch.output }}", 7, null] } };
    expect(followRenamed(node("n", "elsewhere", config), renamed, typeOf)).toEqual({
      json: { deep: ["{{ nodes.fetch_2.output }}", 7, null] },
    });
  });

  it("that is not there leaves the configuration as it is", () => {
    const { config, ...rest } = node("n", "elsewhere", { text: "{{ nodes.other }}" });
    expect(followRenamed({ ...rest, config }, renamed, typeOf)).toBe(config);
  });
});

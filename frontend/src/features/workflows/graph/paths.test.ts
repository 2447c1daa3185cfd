import { describe, expect, it } from "vitest";

import { matchesField, pathText, valueAt, withValue } from "./paths";

describe("a path", () => {
  it("is written as the server writes it", () => {
    expect(pathText(["cases", 0, "when"])).toBe("cases[0].when");
    expect(pathText([])).toBe("");
  });

  it.each([
    [["headers", "Accept"], "headers", true],
    [["headers"], "headers", true],
    [["headers_too"], "headers", false],
    [["cases", 3, "when"], "cases[].when", true],
    [["cases", 3, "port"], "cases[].when", false],
    [["to", 0], "to", true],
  ])("%j lies in %s: %s", (path, field, lies) => {
    expect(matchesField(path, field)).toBe(lies);
  });

  it("leads to a value or to nothing", () => {
    expect(valueAt({ a: [{ b: 1 }] }, ["a", 0, "b"])).toBe(1);
    expect(valueAt({ a: "text" }, ["a", 0, "b"])).toBeUndefined();
  });
});

describe("a value", () => {
  it("is put where the path leads", () => {
    const config = { cases: [{ port: "a" }], other: 1 };
    expect(withValue(config, ["cases", 0, "when"], "x")).toEqual({
      cases: [{ port: "a", when: "x" }],
      other: 1,
    });
    expect(config).toEqual({ cases: [{ port: "a" }], other: 1 });
    expect(withValue({}, ["headers", "Accept"], "x")).toEqual({ headers: { Accept: "x" } });
  });

  it("is taken out with the fields that are left empty", () => {
    expect(withValue({ arguments: { a: 1 }, b: 2 }, ["arguments", "a"], undefined)).toEqual({ b: 2 });
    expect(withValue({ to: ["a"] }, ["to", 0], undefined)).toEqual({});
    expect(withValue({ to: ["a", "b"] }, ["to", 0], undefined)).toEqual({ to: ["b"] });
  });

  it("may be an empty one", () => {
    expect(withValue({}, ["json"], {})).toEqual({ json: {} });
    expect(withValue({}, ["cases", 0], {})).toEqual({ cases: [{}] });
  });

  it("leaves a card of a list in place when its last field is taken out", () => {
    expect(withValue({ cases: [{ port: "a" }] }, ["cases", 0, "port"], undefined)).toEqual({
      cases: [{}],
    });
  });
});

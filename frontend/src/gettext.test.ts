import { renderToStaticMarkup } from "react-dom/server";
import { createElement } from "react";
import { afterEach, expect, test, vi } from "vitest";

type Module = typeof import("./gettext");

/** The module as a page in that language has it. */
async function speaking(language: string, django?: object): Promise<Module> {
  vi.resetModules();
  document.documentElement.lang = language;
  Object.assign(globalThis, { django });
  return import("./gettext");
}

afterEach(() => {
  document.documentElement.lang = "";
  Object.assign(globalThis, { django: undefined });
});

/** As Django's catalogue answers. */
const GERMAN = {
  gettext: (text: string) => (text === "Run %(name)s now" ? "%(name)s jetzt starten" : text),
  pgettext: (context: string, text: string) => (context === "verb" ? "Starten" : text),
  ngettext: (one: string, many: string, count: number) =>
    one === "%(count)s node" ? "%(count)s Knoten" : count === 1 ? one : many,
};

test("without a catalogue a text is shown as it is, with its values", async () => {
  const { _, ngettext, pgettext } = await speaking("en-us");
  expect(_("Run %(name)s now", { name: "A 100%(s" })).toBe("Run A 100%(s now");
  expect(_("100 %(sure)")).toBe("100 %(sure)");
  expect(pgettext("verb", "Run")).toBe("Run");
  expect(ngettext("%(count)s node", "%(count)s nodes", 1)).toBe("1 node");
  expect(ngettext("%(count)s node", "%(count)s nodes", 1200)).toBe("1,200 nodes");
});

test("with one, its texts take the same values in an order of their own", async () => {
  const { _, ngettext, pgettext } = await speaking("de", GERMAN);
  expect(_("Run %(name)s now", { name: "Abend" })).toBe("Abend jetzt starten");
  expect(pgettext("verb", "Run")).toBe("Starten");
  expect(ngettext("%(count)s node", "%(count)s nodes", 1200)).toBe("1.200 Knoten");
  expect(_("Not translated")).toBe("Not translated");
});

test("another script of Django's without a catalogue is no catalogue", async () => {
  const { _ } = await speaking("de", { jQuery: {} });
  expect(_("Save")).toBe("Save");
});

test("elements stand where the text has their names", async () => {
  const { woven } = await speaking("en");
  const link = createElement("a", { href: "#x" }, "it");
  const shown = renderToStaticMarkup(woven("leads to %(names)s, and ends", { names: link }));
  expect(shown).toBe('leads to <a href="#x">it</a>, and ends');
});

test("lists are joined as the language does", async () => {
  expect((await speaking("en-us")).listed(["a", "b", "c"])).toBe("a, b and c");
  expect((await speaking("de")).listed(["a", "b"], "disjunction")).toBe("a oder b");
});

test.each([
  ["", "en-GB"],
  ["en-us", "en-GB"],
  ["de-at", "de-AT"],
  ["zh-hans", "zh-Hans"],
  ["no such language", "en-GB"],
])("a page in %o formats in %s", async (tag, language) => {
  expect((await speaking(tag)).LANGUAGE).toBe(language);
});

test("times, days and durations follow the language", async () => {
  await speaking("de");
  const { day, duration, exact, moment } = await import("@/ui/time");
  const now = new Date("2026-03-28T22:42:00Z");
  const april = new Date("2026-04-01T07:05:00Z");
  expect(day(april, now, "UTC")).toBe("Mi., 1. Apr.");
  expect(moment(april, now, "Europe/Berlin")).toBe("Mi., 1. Apr., 09:05");
  expect(exact(april, "UTC")).toBe("Mi., 1. Apr. 2026, 07:05:00 UTC");
  expect(duration(1840)).toBe("1,8 s");
});

test("days are told in a language with digits of its own", async () => {
  await speaking("ar-eg");
  const { day } = await import("@/ui/time");
  const now = new Date("2026-03-28T22:42:00Z");
  expect(day(new Date("2026-03-29T01:00:00Z"), now, "UTC")).toBe("tomorrow");
});

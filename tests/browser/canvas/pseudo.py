"""A language in which every text that was translated stands in brackets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from playwright.sync_api import Locator, Page

from workflows.registry import registry

# In the place of a catalogue: the script of the canvas asks it for each of its texts.
SPEAK = """
window.django = {
  gettext: (text) => text && `⟦${text}⟧`,
  pgettext: (context, text) => `⟦${text}⟧`,
  ngettext: (one, many, count) => `⟦${count === 1 ? one : many}⟧`,
};
"""
# The texts of the canvas with Latin letters outside of brackets. Links and the like cut a text
# up, so it is read as a block. Not read are code, and values of people.
READ = r"""
(words) => {
  const root = document.getElementById("ostinato-root");
  const notRead = "code, kbd, textarea, output, .j-key, .j-text, .react-flow__attribution";
  const escaped = (word) => word.replace(/[^\w\s]/g, "\\$&");
  const known = words.map((word) => new RegExp(`(?<!\\w)${escaped(word)}(?!\\w)`, "g"));
  const isLeft = (text) => {
    let depth = 0;
    let outside = "";
    for (const letter of text) {
      if (letter === "⟦") depth += 1;
      else if (letter === "⟧") depth -= 1;
      else if (depth === 0) outside += letter;
    }
    return /[A-Za-z]{2}/.test(known.reduce((rest, word) => rest.replace(word, " "), outside));
  };
  const isInline = (element) => /^(inline|contents)/.test(getComputedStyle(element).display);
  const blocks = new Map();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    let block = walker.currentNode.parentElement;
    if (block.closest(notRead)) continue;
    while (block !== root && isInline(block)) block = block.parentElement;
    blocks.set(block, `${blocks.get(block) ?? ""} ${walker.currentNode.data}`);
  }
  const texts = [...blocks.values()];
  for (const element of root.querySelectorAll("*")) {
    if (element.closest(notRead)) continue;
    for (const name of ["title", "aria-label", "placeholder", "alt"]) {
      texts.push(element.getAttribute(name) ?? "");
    }
  }
  return [...new Set(texts.filter(isLeft).map((text) => text.trim().replace(/\s+/g, " ")))];
}
"""


def untranslated(page: Page, known: Iterable[str]) -> list[str]:
    """The texts on the canvas that stand outside of brackets, but for those that are known to be
    data. Everything that folds is unfolded before, and its menus are closed again."""
    page.evaluate(
        "document.querySelectorAll('#ostinato-root details').forEach((each) => (each.open = true))"
    )
    found: list[str] = page.evaluate(READ, sorted(known, key=len, reverse=True))
    page.evaluate(
        "document.querySelectorAll('#ostinato-root .o-menu').forEach((each) => (each.open = false))"
    )
    return found


def button(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("button", name=f"⟦{name}⟧", exact=True)


# From the API, which speaks English: refusals, timings, and the ids of nodes.
SAID_BY_THE_SERVER = (
    "This field is required.",
    'The schedule "№0" could no longer start.',
    'The schedule "№1" could no longer start.',
    "At 07:00 every day (UTC)",
    "At 09:00 on Mondays (UTC)",
    "Every hour",
    "Every 10 hours",
    "workflows.example_functions.text_summary",
    "Count the characters, words and lines of a text.",
)
# What `Intl` puts between the items of a list; people, cron, files, and the nodes of `drawn`.
WRITTEN = ("and", "or", "boss", "ada", "30 2 * * mon-fri", "x.txt", "x.yaml")
TEXTS = ("Untitled", "Order more.", "Nothing to do.")
IDS = ("daily", "start", "enough", "order", "rest", "few", "default")


def _choices(schema: Any) -> Iterator[str]:
    """The values of the enumerations in a schema: data of the API."""
    if isinstance(schema, dict):
        yield from map(str, schema.get("enum", ()))
    parts = schema.values() if isinstance(schema, dict) else schema
    for part in parts if isinstance(schema, dict | list) else ():
        yield from _choices(part)


def texts_of_others() -> set[str]:
    """What the canvas may show that is no text of its own."""
    types = registry.all()
    return {
        *(each for type_ in types for each in _choices(type_.config_schema)),
        *SAID_BY_THE_SERVER,
        *WRITTEN,
        *TEXTS,
        *IDS,
    }

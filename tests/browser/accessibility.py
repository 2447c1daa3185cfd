"""What axe-core finds on a page. It is a copy (MPL 2.0, `axe/LICENSE`), so that no Node is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parent / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """(rules) => axe.run(document, {
  runOnly: { type: "tag", values: rules }, preload: false, resultTypes: ["violations"],
})"""


def assert_accessible(page: Page) -> None:
    """No finding of axe on the page as it is: WCAG 2.0 to 2.2, A and AA, and best practices."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(RUN, RULES)["violations"]
    assert not found, "\n".join(map(_in_words, found))


def _in_words(violation: dict[str, Any]) -> str:
    places = [" ".join(node["target"]) for node in violation["nodes"]]
    reasons = {node["failureSummary"].replace("\n", " ") for node in violation["nodes"]}
    return f"{violation['id']}: {', '.join(places)}: {'; '.join(sorted(reasons))}"

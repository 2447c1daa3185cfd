"""A hand that works on pages, and counts what it does."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

from playwright.sync_api import Locator, Page


@dataclass
class Hand:
    """`clicks`: of the mouse, and Enter in a search. `typed`: characters. `pages`: those that
    were loaded. `waited`: the seconds until they were."""

    page: Page
    clicks: int = 0
    typed: int = 0
    pages: int = 0
    waited: float = 0
    begun: float = field(default_factory=perf_counter)

    def __post_init__(self) -> None:
        self.page.on("load", self._loaded)

    def _loaded(self, page: Page) -> None:
        self.pages += 1

    def click(self, what: Locator) -> None:
        self.clicks += 1
        began = perf_counter()
        what.click()
        self.page.wait_for_load_state()
        self.waited += perf_counter() - began

    def type(self, what: Locator, text: str, *, enter: bool = False) -> None:
        self.typed += len(text)
        what.fill(text)
        if enter:
            self.clicks += 1
            began = perf_counter()
            with self.page.expect_navigation():
                what.press("Enter")
            self.waited += perf_counter() - began

    def choose(self, what: Locator, label: str) -> None:
        """An option of a menu: a click to open it, and one on the option."""
        self.clicks += 2
        what.select_option(label=label)

"""A real Chromium on the live site, and what it complains about."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from pytest_django.live_server_helper import LiveServer

from tests.schedules.conftest import alice, make_schedule, workflow  # noqa: F401 fixtures

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
OpenPage = Callable[..., Page]
# Milliseconds that a page has to show what is expected of it. By default it is 5 s; a page that
# refreshes itself, on a machine with other work, takes as long at times.
expect.set_options(timeout=30_000)
# Sent to the console, where `complaints` finds it with everything else.
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""
# A button is there before the script that listens to it. Until all scripts of a page have
# run nothing on it takes a click, and Playwright waits for that.
HOLD_CLICKS = """
(() => {
  const hold = () => { document.documentElement.style.pointerEvents = "none"; };
  const begun = (_, observer) => {
    if (!document.documentElement) return;
    observer.disconnect();
    hold();
  };
  if (document.documentElement) hold();
  else new MutationObserver(begun).observe(document, { childList: true });
  addEventListener("load", () => {
    document.documentElement.style.removeProperty("pointer-events");
  });
})();
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For one module only: while it runs, Playwright keeps an event loop in this thread,
    and Django would refuse the queries of any test that follows."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        why = "no Chromium: install one to test the pages in it"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        # `tests.another_date` moves the clock of the site; Chromium stands still under it.
        environment = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
        browser = playwright.chromium.launch(
            executable_path=program, args=FLAGS, env=environment
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """A new browser window on the site. At the end nothing may stand on its console, and it
    may have asked no other host for anything.

    `refusals`: what Chromium reports on the console although it is meant to happen: the status
    of an answer, or the name of a network error.
    """
    complaints: list[str] = []
    contexts = []

    def open_(
        width: int = 1280,
        scheme: str = "light",
        refusals: Collection[int | str] = (),
        *,
        scripts: bool = True,
    ) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        context.add_init_script(TELL_VIOLATIONS)
        context.add_init_script(HOLD_CLICKS)
        context.on(
            "request",
            lambda request: (
                request.url.startswith((live_server.url, "data:", "blob:"))
                or complaints.append(f"another host: {request.url}")
            ),
        )
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on(
            "console",
            lambda message: (
                is_complaint(message, refusals) and complaints.append(message.text)
            ),
        )
        return context.new_page()

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


def is_complaint(message: ConsoleMessage, refusals: Collection[int | str]) -> bool:
    # The icon is asked for by the browser itself, not by the page.
    if message.location["url"].endswith("/favicon.ico"):
        return False
    wordings = ("a status of {} ", "net::{}")
    expected = any(
        wording.format(each) in message.text
        for wording in wordings
        for each in refusals
    )
    return message.type in {"error", "warning"} and not expected

"""The page on which people sign in."""

from __future__ import annotations

from urllib.parse import quote

from playwright.sync_api import Page


def sign_in(page: Page, address: str, name: str = "boss") -> None:
    """Sign in as `name`, with the password "`name`-password", and wait until the page at
    `address` is loaded."""
    page.goto(f"/admin/login/?next={quote(address)}")
    fill_in(page, name)
    # No pattern: the address of this page, too, ends with the next one.
    page.wait_for_url(address)


def fill_in(page: Page, name: str = "boss") -> None:
    """Sign in on this page. Does not wait for the next one."""
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(f"{name}-password")
    page.get_by_role("button", name="Sign in").click()

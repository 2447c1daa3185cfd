"""The frame in a real browser: keys, menus, themes, and Django's own pages in it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page, expect
from redis import Redis

from platform_site.accounts.models import ApiToken
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import OpenPage
from tests.browser.test_admin_schedules import LIST, log_in

pytestmark = [pytest.mark.xdist_group("one browser"), pytest.mark.slow]
GROUPS = "/admin/auth/group/"


def test_a_key_leads_to_the_search_and_another_lists_the_keys(
    open_page: OpenPage,
) -> None:
    page = open_page()
    log_in(page, GROUPS)
    page.keyboard.press("/")
    expect(page.locator("#searchbar")).to_be_focused()
    page.keyboard.type("?/")
    expect(page.locator("#searchbar")).to_have_value("?/")
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Search on this page")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_menus_open_and_close_by_keyboard(open_page: OpenPage) -> None:
    page = open_page()
    log_in(page, GROUPS)
    account = page.get_by_title("Your account")
    account.focus()
    page.keyboard.press("Enter")
    sign_out = page.get_by_role("button", name="Sign out")
    expect(sign_out).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(sign_out).to_be_hidden()
    expect(account).to_be_focused()
    account.click()
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    expect(sign_out).to_be_hidden()


def test_the_first_key_skips_to_the_content(open_page: OpenPage) -> None:
    page = open_page()
    log_in(page, GROUPS)
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to main content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def background(page: Page) -> str:
    colour = "getComputedStyle(document.body).backgroundColor"
    return str(page.evaluate(colour))


def test_the_theme_is_that_of_the_system_until_it_is_changed(
    open_page: OpenPage,
) -> None:
    page = open_page(scheme="dark")
    log_in(page, GROUPS)
    dark = background(page)
    switch = page.get_by_role("button", name="Change the theme")
    switch.click()
    light = background(page)
    assert light != dark
    page.reload()
    assert background(page) == light


def test_the_theme_of_the_settings_is_that_of_every_browser(
    open_page: OpenPage,
) -> None:
    page = open_page(scheme="light")
    log_in(page, GROUPS)
    light = background(page)
    user = User.objects.get()
    user.ostinato_profile = type(user).ostinato_profile.related.related_model(
        user=user, theme="dark"
    )
    user.ostinato_profile.save()
    page.reload()
    dark = background(page)
    assert dark != light
    # The switch of this browser still counts.
    page.get_by_role("button", name="Change the theme").click()
    changed = page.evaluate("document.documentElement.dataset.theme")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == changed


def test_without_scripts_the_menus_and_the_way_out_work(
    chromium, live_server, open_page: OpenPage
) -> None:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    log_in(page, GROUPS)
    page.get_by_title("Your account").click()
    expect(page.get_by_role("button", name="Keys")).to_be_hidden()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_the_site_are_accessible_at_every_width(
    open_page: OpenPage, redis: Redis, width: int, scheme: str
) -> None:
    page = open_page(width, scheme, refusals=[404])
    page.goto("/admin/login/")
    assert_accessible(page)
    log_in(page, LIST)
    user, group = User.objects.get(), Group.objects.create(name="the night shift")
    token = ApiToken.objects.create(user=user, name="robot")[0]
    for address in (
        "/admin/auth/user/",
        "/admin/auth/user/add/",
        f"/admin/auth/user/{user.pk}/change/",
        f"/admin/auth/user/{user.pk}/password/",
        f"/admin/auth/user/{user.pk}/history/",
        f"/admin/auth/group/{group.pk}/change/",
        f"/admin/auth/group/{group.pk}/delete/",
        "/admin/ostinato_accounts/apitoken/",
        f"/admin/ostinato_accounts/apitoken/{token.pk}/delete/",
        "/admin/ostinato_triggers/webhook/add/",
        "/admin/auth/",
        "/admin/password_change/",
        "/admin/nowhere/",
    ):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert_accessible(page)


def test_the_pages_of_rq_are_in_the_frame(open_page: OpenPage, redis: Redis) -> None:
    page = open_page(360, "dark")
    log_in(page, "/admin/django_rq/dashboard/")
    for link in ("workflows", "0"):
        expect(page.get_by_title("Navigation")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        with page.expect_navigation():
            page.get_by_role("link", name=link, exact=True).first.click()
    expect(page.get_by_title("Navigation")).to_be_visible()

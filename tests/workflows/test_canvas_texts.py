"""The texts of the canvas in other languages, as its pages load them."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import path, resolve

from platform_site import urls
from tests.canvas_texts import WRITTEN, sources, whole
from tests.catalogues import write_catalogue
from workflows.admin import WorkflowAdmin
from workflows.models import Workflow

pytestmark = pytest.mark.django_db
NEW = "/admin/ostinato_workflows/workflow/add/"
TEXTS = {
    "Save": "Speichern",
    "%(count)s node\0%(count)s nodes": "%(count)s Knoten\0%(count)s Knoten",
}


@pytest.fixture
def translated(tmp_path: Path, settings: Any) -> Path:
    """A project in German that has translated some texts of the canvas."""
    write_catalogue(tmp_path, "de", TEXTS)
    settings.LOCALE_PATHS = [tmp_path]
    settings.LANGUAGE_CODE = "de"
    return tmp_path


def scripts(answer: HttpResponse) -> list[str]:
    """The addresses of the scripts of a page, in their order."""
    return re.findall(r'<script[^>]* src="([^"]+)"', answer.text)


def catalogue_of(answer: HttpResponse) -> str:
    [address] = [each for each in scripts(answer) if "canvas-texts" in each]
    return address


def test_a_page_loads_the_texts_of_its_language_before_the_canvas(
    admin_client: Client, translated: Path
) -> None:
    page = admin_client.get(NEW)
    texts, canvas = catalogue_of(page), scripts(page)[-1]
    assert "/canvas-texts/de/" in texts
    assert canvas.endswith("canvas.js")
    script = admin_client.get(texts)
    assert script["Content-Type"] == 'text/javascript; charset="utf-8"'
    assert '"Save": "Speichern"' in script.text
    assert re.search(r'"%\(count\)s node": \[\s*"%\(count\)s Knoten"', script.text)


def test_browsers_keep_the_texts_until_they_change(
    admin_client: Client, translated: Path, settings: Any
) -> None:
    first = catalogue_of(admin_client.get(NEW))
    assert "immutable" in admin_client.get(first)["Cache-Control"]
    other = translated / "newer"
    write_catalogue(other, "de", TEXTS | {"Cancel": "Abbrechen"})
    settings.LOCALE_PATHS = [other]
    assert catalogue_of(admin_client.get(NEW)) != first
    assert "no-store" in admin_client.get(first)["Cache-Control"]


@pytest.mark.parametrize("language", ["en-us", "fr"])
def test_where_nothing_is_translated_nothing_is_loaded(
    admin_client: Client, translated: Path, settings: Any, language: str
) -> None:
    settings.LANGUAGE_CODE = language
    page = admin_client.get(NEW)
    assert not [each for each in scripts(page) if "canvas-texts" in each]


@pytest.mark.parametrize("language", ["en-us", "klingon"])
def test_there_is_no_script_without_texts(
    admin_client: Client, translated: Path, language: str
) -> None:
    address = catalogue_of(admin_client.get(NEW))
    assert admin_client.get(address.replace("/de/", f"/{language}/")).status_code == 404


def test_only_who_may_enter_the_admin_gets_them(
    client: Client, admin_client: Client, translated: Path
) -> None:
    answer = client.get(catalogue_of(admin_client.get(NEW)))
    assert answer.status_code == 302
    assert "/login/" in answer["Location"]


def test_an_admin_site_of_a_project_serves_them_below_its_own_address(
    admin_user: User, translated: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    own = AdminSite(name="own")
    own.register(Workflow, WorkflowAdmin)
    settings.ROOT_URLCONF = type(
        "Urls", (), {"urlpatterns": [path("own/", own.urls), *urls.urlpatterns]}
    )
    client = Client()
    client.force_login(admin_user)
    address = catalogue_of(client.get(NEW.replace("/admin/", "/own/")))
    assert address.startswith("/own/")
    assert resolve(address).namespace == "own"
    assert "Speichern" in client.get(address).text


def test_translators_are_told_of_the_texts_of_today():
    assert WRITTEN.read_text() == whole(), "renew it: python -m tests.canvas_texts"


def test_those_are_the_texts_of_the_source_and_of_the_api():
    calls = [
        'gettext("Save");',
        'pgettext("verb", "Run");',
        'ngettext("%(count)s node", "%(count)s nodes");',
        'gettext("Time limit");',  # of the form of a node
        'gettext("Uptime check");',  # a template
    ]
    lines = whole().splitlines()
    assert [lines.count(call) for call in calls] == [1] * len(calls)


def test_each_text_is_given_as_a_literal():
    """Others would not be found. What comes from the API is variable."""
    of_the_api = r"(type|template)\.\w+|title|description"
    call = (
        rf"(?<![\w.$])(?:_|ngettext|pgettext)\((?!\s*[\"']|(?:{of_the_api})\))[^)]*\)?"
    )
    odd = {
        path.name: found
        for path in sources()
        if (found := re.findall(call, path.read_text()))
    }
    assert odd == {}


def test_makemessages_finds_them(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
):
    if shutil.which("xgettext") is None:
        why = "no gettext: install it to write the files for translators"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    shutil.copy(WRITTEN, tmp_path)
    settings.LOCALE_PATHS = [str(tmp_path / "locale")]
    monkeypatch.chdir(tmp_path)
    call_command("makemessages", domain="djangojs", locale=["de"], verbosity=0)
    file = (tmp_path / "locale/de/LC_MESSAGES/djangojs.po").read_text()
    calls = re.findall(r"^n?p?gettext", WRITTEN.read_text(), re.MULTILINE)
    assert len(re.findall("^msgid ", file, re.MULTILINE)) == len(calls) + 1  # the head
    assert 'msgctxt "verb"\nmsgid "Run"' in file

"""The texts of the canvas in other languages: a catalogue that its pages load as a script.

It holds what translators have put into the files `djangojs.po` of our apps and of the project.
"""

from __future__ import annotations

from hashlib import sha256

from django.apps import apps
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.views.i18n import JavaScriptCatalog

TEXTS = "ostinato_workflows_workflow_texts"
_YEAR = 365 * 24 * 60 * 60


def texts_url(site: AdminSite) -> URLPattern:
    view = site.admin_view(_answer, cacheable=True)
    return path("canvas-texts/<slug:language>/<slug:digest>.js", view, name=TEXTS)


def texts_address(request: HttpRequest, site: AdminSite) -> str:
    """Of the catalogue in the language of the page; empty where nothing is translated."""
    language = translation.get_language() or ""
    script = _script(request, language)
    if script is None:
        return ""
    args = [language, _digest(script)]
    return reverse(f"admin:{TEXTS}", args=args, current_app=site.name)


def _answer(request: HttpRequest, language: str, digest: str) -> HttpResponse:
    """Browsers may keep it, since another content has another address: but not what a process
    of another release answers."""
    script = (
        _script(request, language) if translation.check_for_language(language) else None
    )
    if script is None:
        raise Http404
    if digest == _digest(script):
        patch_cache_control(script, private=True, max_age=_YEAR, immutable=True)
    else:
        add_never_cache_headers(script)
    return script


def _script(request: HttpRequest, language: str) -> HttpResponse | None:
    """None where no text is translated into the language."""
    catalogue = JavaScriptCatalog()
    packages = "+".join(
        app.name for app in apps.get_app_configs() if app.label.startswith("ostinato_")
    )
    with translation.override(language):
        script = catalogue.get(request, packages=packages)
    return script if catalogue.get_catalog() else None


def _digest(script: HttpResponse) -> str:
    return sha256(script.content).hexdigest()[:16]

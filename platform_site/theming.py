"""`OSTINATO["THEME_ALL_PAGES"]`: all pages of a project's admin look as ours do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

# It has the one template that Django's pages extend, which no app of ours has.
THEME = Path(__file__).parent / "theme"
DJANGO = "django.template.backends.django.DjangoTemplates"


def theme_all_pages() -> None:
    """Put our `admin/base_site.html` around that of the project. For `AppConfig.ready`, before
    any template is loaded."""
    engines: list[dict[str, Any]] = settings.TEMPLATES
    for engine in engines:
        folders = list(engine.get("DIRS", ()))
        if engine["BACKEND"] == DJANGO and THEME not in folders:
            engine["DIRS"] = [THEME, *folders]

"""`manage.py makemessages`: Django's own, for the texts of our apps.

It also finds phrases (`workflows.kit.phrases`), and leaves out what is not ours.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import makemessages
from typing_extensions import override

# Folders without texts for people.
LEFT_OUT = ("docs", "examples", "frontend", "static", "tests", "var")


class Command(makemessages.Command):
    xgettext_options = [
        *makemessages.Command.xgettext_options,
        "--keyword=phrase",
        "--keyword=phrases:1,2",
    ]

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        options["ignore_patterns"] = [*(options["ignore_patterns"] or ()), *LEFT_OUT]
        super().handle(*args, **options)

"""Commands whose code is in `tests/bench`, which only a source checkout contains."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

FOLDER = "tests.bench"


def command_of(name: str) -> type[BaseCommand]:
    """The command of that name; without a source checkout, one that only reports this."""
    module = f"{FOLDER}.{name}"
    try:
        found: type[BaseCommand] = import_module(module).Command
    except ModuleNotFoundError as error:
        if error.name not in ("tests", FOLDER, module):
            raise
        return _NeedsCheckout
    return found


class _NeedsCheckout(BaseCommand):
    help = "Needs a source checkout of Ostinato."

    @override
    def run_from_argv(self, argv: list[str]) -> None:
        super().run_from_argv(argv[:2])  # without its options, which are unknown here

    @override
    def handle(self, *args: Any, **options: Any) -> NoReturn:
        raise CommandError(
            "This command needs a source checkout of Ostinato: its code is in tests/bench."
        )

"""Management commands: what their forms show, what runs, and what is kept."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, get_commands
from django.core.management.base import BaseCommand

from tests.options import Options
from workflows.callables import CallContext, Target, find, targets
from workflows.callables.commands import REFUSED
from workflows.callables.output import KEPT
from workflows.checks import check_callables
from workflows.exceptions import NodeFailed
from workflows.kit.conf_options import OPTIONS


class Import(BaseCommand):
    help = "Import the books.\n\nMore for developers."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("kind", choices=["a", "b"])
        parser.add_argument("files", nargs="*")
        parser.add_argument(
            "--limit", type=int, default=10, help="At most (%(default)s)."
        )
        parser.add_argument("--rate", type=float)
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--keep", action="store_false")
        parser.add_argument(
            "--fast", action=argparse.BooleanOptionalAction, default=True
        )
        parser.add_argument("--only", action="append")
        parser.add_argument("--pair", nargs=2, type=int)
        parser.add_argument(
            "--daily", dest="period", action="store_const", const="daily"
        )
        parser.add_argument(
            "--weekly", dest="period", action="store_const", const="weekly"
        )
        parser.add_argument("-t", "--times", action="count", default=0)
        parser.add_argument("--no-input", dest="interactive", action="store_false")
        parser.add_argument("--secret", help=argparse.SUPPRESS)

    def handle(self, **options: Any) -> str:
        self.stderr.write("careful")
        print("printed")  # noqa: T201 - as commands do
        names = sorted(options.keys() - {*BASE, "secret"})
        return repr({name: options[name] for name in names})


BASE = {
    "settings",
    "pythonpath",
    "traceback",
    "no_color",
    "force_color",
    "skip_checks",
    "stdout",
    "stderr",
}


class Fails(BaseCommand):
    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--how", default="error")

    def handle(self, how: str, **options: Any) -> None:
        self.stdout.write("half way")
        if how == "error":
            raise CommandError("There is no such book.")
        if how == "crash":
            raise RuntimeError("s3cret")
        sys.exit(int(how))


class Nested(BaseCommand):
    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_subparsers().add_parser("one")


class Talks(BaseCommand):
    def handle(self, **options: Any) -> None:
        self.stdout.write("begin " + "x" * 3 * KEPT + " end", ending="")


@pytest.fixture(autouse=True)
def commands(ostinato: Options) -> Iterator[None]:
    ours = {"take": Import(), "fails": Fails(), "nested": Nested(), "talks": Talks()}
    ostinato(COMMANDS=[*ours])
    known = get_commands()
    known.update(ours)
    yield
    for name in ours:
        known.pop(name)


def command(name: str) -> Target:
    found = find(name)
    assert found
    return found


def test_the_form_of_a_command_is_made_from_its_parser():
    found = command("take")
    assert (found.kind, found.title, found.description) == (
        "command",
        "Take",
        "Import the books.",
    )
    schema = found.schema
    assert schema["required"] == ["kind"]
    properties = schema["properties"]
    assert properties.pop("verbosity")["enum"] == [0, 1, 2, 3]
    assert properties == {
        "kind": {"enum": ["a", "b"]},
        "files": {"type": "array", "items": {"type": "string"}, "minItems": 0},
        "limit": {"type": "integer", "description": "At most (10).", "default": 10},
        "rate": {"type": "number"},
        "dry_run": {"type": "boolean", "default": False},
        "keep": {"type": "boolean", "default": True},
        "fast": {"type": "boolean", "default": True},
        "only": {"type": "array", "items": {"type": "string"}, "minItems": 0},
        "pair": {
            "type": "array",
            "items": {"type": "integer"},
            "minItems": 2,
            "maxItems": 2,
        },
        "daily": {"type": "boolean", "default": False},
        "weekly": {"type": "boolean", "default": False},
        "times": {"type": "integer", "minimum": 0, "maximum": 10, "default": 0},
    }


def run(**arguments: Any) -> dict[str, Any]:
    found = command("take")
    assert list(found.problems(arguments)) == []
    output = found.run(arguments)
    assert output["stderr"].strip() == "careful"
    printed, told = output["stdout"].splitlines()
    assert printed == "printed"
    return eval(told)


def test_it_runs_with_its_defaults_and_asks_nothing():
    assert run(kind="a") == {
        "kind": "a",
        "files": [],
        "limit": 10,
        "rate": None,
        "dry_run": False,
        "keep": True,
        "fast": True,
        "only": None,
        "pair": None,
        "period": None,
        "times": 0,
        "verbosity": 1,
        "interactive": False,
    }


def test_every_argument_arrives():
    given = {
        "kind": "b",
        "files": ["--settings=evil", "x y"],
        "limit": -3,
        "rate": 0.5,
        "dry_run": True,
        "keep": False,
        "fast": False,
        "only": ["-x", "y"],
        "pair": [1, 2],
        "weekly": True,
        "times": 2,
        "verbosity": 3,
    }
    expected = {name: given[name] for name in given if name != "weekly"}
    assert run(**given) == expected | {"period": "weekly", "interactive": False}


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({}, "kind"),
        ({"kind": "c"}, "kind"),
        ({"kind": "a", "limit": "many"}, "limit"),
        ({"kind": "a", "files": ["--"]}, "files"),
        ({"kind": "a", "pair": [1]}, "pair"),
        ({"kind": "a", "settings": "evil"}, "settings"),
        ({"kind": "a", "interactive": True}, "interactive"),
    ],
)
def test_an_argument_that_does_not_fit_is_a_problem(arguments: Any, path: str):
    assert [found for found, _ in command("take").problems(arguments)] == [path]


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ("error", NodeFailed, "The command failed: There is no such book."),
        ("3", NodeFailed, "The command exited with exit status 3."),
        ("crash", RuntimeError, "s3cret"),
    ],
)
def test_a_command_that_fails_says_why_and_what_it_wrote_is_kept(how, error, message):
    recorded: list[Any] = []
    context = CallContext(record=recorded.append)
    with pytest.raises(error) as failure:
        command("fails").run({"how": how}, context)
    assert str(failure.value) == message
    assert recorded == [{"stdout": "half way\n", "stderr": ""}]


def test_to_exit_with_status_0_is_to_succeed():
    assert command("fails").run({"how": "0"})["stdout"] == "half way\n"


def test_of_a_long_output_the_beginning_and_the_end_are_kept():
    text = command("talks").run({})["stdout"]
    assert text.startswith("begin ")
    assert text.endswith(" end")
    assert "characters are left out" in text
    assert len(text) < 2 * KEPT + 100


def test_what_no_form_can_show_is_listed_with_the_reason():
    assert "subcommands" in command("nested").unfit


def test_only_listed_commands_are_found_and_some_never(ostinato: Options):
    assert [each.name for each in targets() if each.kind == "command"] == [
        "fails",
        "nested",
        "take",
        "talks",
    ]
    assert find("clearsessions") is None
    ostinato(COMMANDS=[*REFUSED])
    assert [each for each in targets() if each.kind == "command"] == []
    found = check_callables(None)
    assert len(found) == len(REFUSED)
    assert {each.id for each in found} == {"ostinato_workflows.E002"}
    ostinato(COMMANDS=["clear"])
    (unknown,) = check_callables(None)
    assert "There is no command of this name" in unknown.msg


def test_three_commands_may_be_called_unless_the_site_says_otherwise(
    ostinato: Options,
):
    ostinato(COMMANDS=OPTIONS["COMMANDS"].default)
    known = [each.name for each in targets() if each.kind == "command"]
    assert known == ["audit_schedules", "clearsessions", "prune_runs"]
    assert not any(command(name).unfit for name in known)


def test_what_never_ends_or_shows_secrets_is_refused():
    assert {
        "create_token",
        "shell",
        "dbshell",
        "flush",
        "runserver",
        "mcp",
    } <= REFUSED.keys()

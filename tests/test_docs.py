"""The documents describe the code as it is: what is added to one must be added to the other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_site.local.data_dir import BASE_DIR
from platform_site.settings import env
from schedules.causes import CAUSES
from tests.recipes.changes import CHANGES
from workflows.registry import registry

APPS = ("platform_site", "schedules", "triggers", "workflows")
LOGGERS = {"log", "logger", "outages"}
LEVELS = {"debug", "info", "warning", "error", "exception"}
DOCUMENTS = sorted(
    str(path.relative_to(BASE_DIR))
    for path in (*BASE_DIR.glob("*.md"), *(BASE_DIR / "docs").rglob("*.md"))
)
FOLDERS = (*APPS, "tests", "docs", ".ci")  # with which a path begins


def text(name: str) -> str:
    return (BASE_DIR / name).read_text()


def modules() -> list[Path]:
    """Every Python file of the four apps that holds code."""
    found = [path for app in APPS for path in (BASE_DIR / app).rglob("*.py")]
    return [path for path in found if path.name != "__init__.py"]


def calls(path: Path) -> Iterator[tuple[str, str, list[ast.expr]]]:
    """Each `receiver.method(arguments)` in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=receiver), attr=method), args=args
            ):
                yield receiver, method, args


def words_in(node: ast.expr) -> Iterator[str]:
    """The strings that an expression may evaluate to: both sides of a condition."""
    match node:
        case ast.Constant(value=str(word)):
            yield word
        case ast.IfExp(body=body, orelse=orelse):
            yield from words_in(body)
            yield from words_in(orelse)


def test_the_map_has_every_module_on_a_line_or_in_a_folder() -> None:
    named = set(re.findall(r"^\| `([^`]+)`", text("docs/map.md"), re.MULTILINE))
    folders = tuple(name for name in named if name.endswith("/"))
    paths = {str(path.relative_to(BASE_DIR)) for path in modules()}
    unnamed = {path for path in paths - named if not path.startswith(folders)}
    # Migrations are written by Django.
    missing = {path for path in unnamed if "/migrations/" not in path}
    assert not missing, "docs/map.md lacks these modules"


def test_the_map_names_only_what_is_there() -> None:
    named = re.findall(r"^\| `([^`]+)`", text("docs/map.md"), re.MULTILINE)
    assert [name for name in named if not (BASE_DIR / name).exists()] == []
    assert sorted(named) == sorted(set(named))


def test_every_environment_variable_of_the_settings_is_explained() -> None:
    explained = re.findall(r"^\| `([A-Z_]+)`", text("docs/operating.md"), re.MULTILINE)
    assert sorted(explained) == sorted({*env.declared, "DATA_DIR"})


def test_every_command_is_explained() -> None:
    files = [path for path in modules() if path.parent.name == "commands"]
    explained = text("docs/operating.md") + text("README.md")
    unnamed = [p.stem for p in files if f"`manage.py {p.stem}" not in explained]
    assert files
    assert unnamed == []


def test_every_event_of_the_logs_is_explained() -> None:
    events = {
        word
        for path in modules()
        for receiver, method, args in calls(path)
        if receiver in LOGGERS and method in LEVELS
        for word in words_in(args[0])
    }
    assert "tick_fired" in events
    logs = text("docs/operating.md").split("## Logs")[1].split("## Security")[0]
    explained = set(re.findall(r"`([a-z_ ]+)`", logs))
    assert events <= explained, "docs/operating.md lacks these events"
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \|", logs, re.MULTILINE)
    named = set(re.findall(r"`([a-z_]+)`", " ".join(rows)))
    assert "tick_fired" in named
    written = "".join(path.read_text() for path in modules())
    gone = {event for event in named if f'"{event}"' not in written}
    assert gone == set(), "docs/operating.md explains events that no longer exist"


def test_every_cause_is_in_the_table_with_its_message_and_its_remedy() -> None:
    health = text("docs/operating.md").split("### Causes and remedies")[1]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (\w+) \| (.+) \|$", health, re.MULTILINE)
    assert rows == [
        (
            cause.code,
            cause.what.format(seconds="…", direction="ahead of"),
            cause.severity.name.lower(),
            cause.remedy.replace("{redis}", "REDIS_URL"),
        )
        for cause in CAUSES.values()
    ]


def test_every_guardrail_is_in_the_table() -> None:
    rules = {
        rule
        for path in (BASE_DIR / "schedules" / "services").rglob("*.py")
        for rule in re.findall(r'AgentRefused\(\s*"(\w+)"', path.read_text())
    }
    assert "quota" in rules
    table = set(re.findall(r"^\| `(agent_\w+)`", text("docs/agents.md"), re.MULTILINE))
    assert table == {f"agent_{rule}" for rule in rules}


def test_every_component_is_explained() -> None:
    headings = re.findall(r"^## (.+)$", text("docs/components.md"), re.MULTILINE)
    explained = {type_ for heading in headings for type_ in heading.split(", ")}
    assert explained == set(registry.components)


def anchors(document: str) -> set[str]:
    """The targets of `#` links, as GitHub derives them from headings."""
    headings = re.findall(r"^#+ (.+)$", text(document), re.MULTILINE)
    kept = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in kept}


def test_the_screenshots_are_as_wide_as_a_screen_and_under_200_kb() -> None:
    pictures = list((BASE_DIR / "docs" / "images").glob("*.png"))
    assert pictures
    for picture in pictures:
        content = picture.read_bytes()
        assert int.from_bytes(content[16:20], "big") in {360, 1280}, picture.name
        assert len(content) < 200_000, picture.name


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(document: str) -> None:
    folder = (BASE_DIR / document).parent
    broken = []
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", text(document)):
        path, _, anchor = link.partition("#")
        target = (folder / path).resolve() if path else BASE_DIR / document
        name = str(target.relative_to(BASE_DIR))
        if not target.exists() or (anchor and anchor not in anchors(name)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_in_a_document_exists(document: str) -> None:
    found = re.findall(r"`([\w.-]+(?:/[\w.-]+)*/?)(?:::\w+)?`", text(document))
    paths = [
        path
        for path in found
        if ("/" in path and path.split("/")[0] in FOLDERS)
        or re.search(r"\w\.(py|md|toml|txt|yaml|svg|png)$", path)
    ]
    # Files that the recipes of CONTRIBUTING.md create.
    new = {change.path for recipe in CHANGES.values() for change in recipe}
    folders = BASE_DIR, (BASE_DIR / document).parent
    assert [
        path
        for path in paths
        if path not in new and not any((folder / path).exists() for folder in folders)
    ] == []

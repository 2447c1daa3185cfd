"""The table of limits says what the code does, and names the tests that hold it."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from platform_site.local.data_dir import BASE_DIR

KIB = 1024
CONSTANT = re.compile(r"`((?:\w+\.)+[A-Z_]+)`")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
NUMBER = re.compile(r"([\d,]+)(?: (KiB|MiB))?")
UNITS = {"": 1, "KiB": KIB, "MiB": KIB * KIB}
TEXT = (BASE_DIR / "docs" / "limits.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("| ") and not line.startswith(("| input", "| what", "| answer"))
]
# Those whose names say that they are the limit of something that comes from outside.
MODULES = (
    "schedules.limits",
    "triggers.deliveries",
    "triggers.manual",
    "workflows.agents.answer",
    "workflows.agents.provider",
    "workflows.components.http_request",
    "workflows.execution.engine",
    "workflows.execution.error_text",
    "workflows.graph",
    "workflows.safety.guarded_http",
    "workflows.kit.json_value",
    "workflows.layout",
    "workflows.models.version",
    "workflows.safety.resolving",
    "workflows.schemas.check",
    "workflows.services.definition",
    "workflows.services.graph_size",
    "workflows.services.rendering",
    "workflows.safety.templating",
    "workflows.tools",
)
LIMIT = re.compile(r"MAX_\w+|\w+_LENGTH|\w+_BYTES|TAGS")
# How much is said of something, and not how much of it is taken.
OF_WORDS = {"MAX_MESSAGE", "MAX_PATH", "MAX_PROBLEMS"}
NOT_FROM_OUTSIDE = {
    "schedules.limits.REQUEST_ID_LENGTH",  # of the form of the admin
    "schedules.limits.OBJECT_MODEL_LENGTH",  # of the label of a model that the settings name
    "schedules.limits.ZONE_LENGTH",  # of columns: what is no name of a zone is refused anyway
    "triggers.deliveries.MAX_PAYLOAD",  # what a body of MAX_BODY can come to
    "triggers.deliveries.MAX_KEY",  # of what is kept under a key
    "workflows.safety.templating.MAX_ERROR",
}


@cache
def _tests_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_has_the_value_of_its_constant_and_a_test(row: list[str]) -> None:
    _, bound, value, _, held_by = row
    if constant := CONSTANT.fullmatch(bound):
        module, _, name = constant[1].rpartition(".")
        number = NUMBER.match(value)
        assert number
        said = int(number[1].replace(",", "")) * UNITS[number[2] or ""]
        assert getattr(import_module(module), name) == said
    test = TEST.fullmatch(held_by)
    assert test
    assert test[2] in _tests_in(BASE_DIR / test[1])


@pytest.mark.parametrize("module", MODULES)
def test_every_limit_is_in_the_table(module: str) -> None:
    names = {
        f"{module}.{name}"
        for name in vars(import_module(module))
        if LIMIT.fullmatch(name) and name not in OF_WORDS
    }
    source = (BASE_DIR / f"{module.replace('.', '/')}.py").read_text()
    own = {
        name
        for name in names
        if re.search(rf"^{name.split('.')[-1]}\b", source, re.MULTILINE)
    }
    assert own - NOT_FROM_OUTSIDE <= set(CONSTANT.findall(TEXT))

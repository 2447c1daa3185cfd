"""One folder writes where a schedule stands, and one method takes its row."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
APPS = ("schedules", "triggers", "workflows", "platform_site")
# The one folder, the rows of benchmarks, and examples that are never saved.
WRITERS = (
    "schedules/services/transitions/",
    "benchmark/",
    "platform_site/http/examples.py",
)
STATE = {"reason_code", "status_reason", "next_run_at"}
SAVES = {"save", "update", "bulk_update", "update_rows", "setattr", "ScheduledJob"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in sorted(Path(ROOT, app).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name:
                yield name, ast.parse(path.read_text())


def assigned(node: ast.AST) -> Iterator[ast.Attribute]:
    """The attributes that a statement writes, also those of `a.x, b.y = ...`."""
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
        for target in targets:
            for each in ast.walk(target):
                if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store):
                    yield each


def is_a_status_of_a_schedule(node: ast.AST | None) -> bool:
    """`Status.ACTIVE` and the like; those of runs and executions have other members."""
    return any(
        isinstance(each, ast.Attribute)
        and each.attr in {"ACTIVE", "PAUSED", "STOPPED"}
        and isinstance(each.value, ast.Name)
        and each.value.id == "Status"
        for each in ast.walk(node or ast.Pass())
    )


def writes(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        for attribute in assigned(node):
            whose = ast.unparse(attribute.value)
            is_status = attribute.attr == "status" and (
                whose in {"schedule", "draft", "job"}
                or is_a_status_of_a_schedule(getattr(node, "value", None))
            )
            if attribute.attr in STATE or is_status:
                yield ast.unparse(node)
        if isinstance(node, ast.Call):
            function = ast.unparse(node.func).rpartition(".")[2]
            for word in node.keywords if function in SAVES else ():
                is_status = word.arg == "status" and is_a_status_of_a_schedule(
                    word.value
                )
                if word.arg in STATE or is_status:
                    yield ast.unparse(node)
            if function in SAVES and any(
                isinstance(each, ast.Constant) and each.value in STATE
                for each in ast.walk(node)
            ):
                yield ast.unparse(node)


@pytest.mark.parametrize(
    "line",
    [
        "schedule.status = new",
        "schedule.status, other = Status.ACTIVE, 1",
        "row.next_run_at = None",
        "row.status_reason += '!'",
        "rows.update(reason_code=code)",
        "rows.update(status=Status.PAUSED)",
        "schedule.save(update_fields=['next_run_at'])",
        "ScheduledJob(status=Status.PAUSED)",
    ],
)
def test_a_write_is_recognized(line: str) -> None:
    assert list(writes(ast.parse(line)))


def test_one_folder_writes_where_a_schedule_stands() -> None:
    found = {name: list(writes(tree)) for name, tree in modules()}
    assert found["schedules/services/transitions/state.py"]
    others = {
        name: lines
        for name, lines in found.items()
        if lines and not any(part in name for part in WRITERS)
    }
    assert others == {}


# Whose rows other code of the app may hold.
OTHERS = ("BulkAction.", "Workflow.", "UserProfile.", "ScheduledRun.", "_unstarted(")


def test_one_method_takes_the_row_of_a_schedule() -> None:
    taken = {
        name: ast.unparse(node)
        for name, tree in modules()
        if name.startswith("schedules/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "select_for_update"
        and not ast.unparse(node).startswith(OTHERS)
    }
    assert list(taken) == ["schedules/models/queries.py"]

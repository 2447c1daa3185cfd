"""What may be called is what is declared or named, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured

from tests.options import Options
from tests.workflows.callables.billing import reports
from workflows import callables
from workflows.callables import CallContext, UnknownCallable, find, workflow_function
from workflows.callables.opened import opened
from workflows.checks import check_callables
from workflows.exceptions import RegistrationError

APP = "tests.workflows.callables.billing"
REPORTS = f"{APP}.reports"


def names_in(module: str) -> set[str]:
    found = (each.name for each in callables.targets())
    return {name for name in found if name.startswith(f"{module}.")}


def test_only_what_is_declared_in_tasks_is_found(billing: str):
    declared = {"remind", "cleanup", "export", "patient", "later"}
    assert names_in(APP) == {f"{billing}.{name}" for name in declared}
    assert find(f"{billing}.helper") is None
    assert find("os.system") is None


def test_a_declaration_says_more_than_the_signature(billing: str):
    found = find(f"{billing}.remind")
    assert found
    assert (
        found.kind,
        found.title,
        found.description,
        found.agents,
        found.permission,
    ) == (
        "function",
        "Send a reminder",
        "Remind a customer.",
        True,
        "billing.remind",
    )
    assert found.schema["properties"]["days"] == {"type": "integer", "default": 14}
    assert found.run({"customer": "Ada"}) == "Ada in 14"


def test_a_task_runs_in_this_process_whatever_its_backend(billing: str):
    export = find(f"{billing}.export")
    assert export
    assert export.task
    assert (export.kind, export.title, export.agents) == ("task", "Export", False)
    assert export.run({"name": "a"}) == "A"
    later = find(f"{billing}.later")
    assert later
    assert later.run({"name": "b"}) == "b"


def test_a_task_that_takes_its_context_gets_the_attempt(billing: str):
    patient = find(f"{billing}.patient")
    assert patient
    assert list(patient.schema["properties"]) == ["name"]
    context = CallContext(run_id="7", attempt=3)
    assert patient.run({"name": "a"}, context) == [3, "7", "a"]


def test_a_wildcard_opens_the_public_functions_of_a_module_and_not_what_it_imports(
    ostinato: Options,
):
    assert names_in(REPORTS) == set()
    ostinato(CALLABLES=[f"{REPORTS}.*"])
    assert names_in(APP) == {f"{REPORTS}.monthly", f"{REPORTS}.cleanup"}


def test_a_name_opens_one_function_and_imports_its_module(ostinato: Options):
    ostinato(CALLABLES=[f"{REPORTS}.hidden", f"{REPORTS}.Report.send"])
    sys.modules.pop(REPORTS)
    assert names_in(APP) == {f"{REPORTS}.hidden", f"{REPORTS}.Report.send"}
    send = find(f"{REPORTS}.Report.send")
    assert send
    assert send.run({"to": "a"}) == "a"


def test_two_apps_may_each_have_a_function_of_a_name(ostinato: Options, billing: str):
    ostinato(CALLABLES=[f"{REPORTS}.*"])
    results = [find(f"{module}.cleanup") for module in (billing, REPORTS)]
    assert [each and each.run({}) for each in results] == ["tasks", "reports"]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("no.such.module.*", "There is no module no.such.module."),
        (f"{REPORTS}.nothing", 'has no "nothing"'),
        (f"{REPORTS}.Report", "neither a function nor a task"),
        (f"{REPORTS}.wipe", f"enter {APP}.helpers.wipe"),
        (f"{APP}.*", "no public function of its own"),
        (
            "django.core.management.call_command",
            "list those that may be run in COMMANDS",
        ),
        ("django.core.management.*", "list those that may be run in COMMANDS"),
    ],
)
def test_an_entry_that_opens_nothing_is_named_by_a_check(
    ostinato: Options, entry: Any, why: str
):
    ostinato(CALLABLES=[entry, f"{REPORTS}.monthly"])
    (found,) = check_callables(None)
    assert found.id == "ostinato_workflows.E001"
    assert str(entry) in found.msg
    assert why in found.msg
    assert find(f"{REPORTS}.monthly"), "the others are not affected"


def test_a_module_that_fails_is_named_with_its_error(
    ostinato: Options, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "failing_reports.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    ostinato(CALLABLES=["failing_reports.monthly"])
    (found,) = check_callables(None)
    assert "ZeroDivisionError: division by zero" in found.msg


def test_the_site_has_nothing_wrong():
    assert check_callables(None) == []


def app(name: str) -> AppConfig:
    module = __import__(name)
    return SimpleNamespace(name=name, module=module)  # type: ignore[return-value]


def test_the_tasks_of_each_app_are_imported(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, billing: str
):
    for name, source in {
        "shop_a": "from workflows.callables import schedulable\n@schedulable\ndef f(): ...\n",
        "shop_b": None,
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
        if source:
            (tmp_path / name / "tasks.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    found = [app("shop_a"), app("shop_b")]
    monkeypatch.setattr(apps, "get_app_configs", lambda: found)
    opened.autodiscover()
    assert [module.__name__ for module in opened.modules] == ["shop_a.tasks"]
    assert find("shop_a.tasks.f")


def test_tasks_that_cannot_be_imported_are_told_with_their_traceback(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "shop_c").mkdir()
    (tmp_path / "shop_c" / "__init__.py").touch()
    (tmp_path / "shop_c" / "tasks.py").write_text("import no_such_module")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(apps, "get_app_configs", lambda: [app("shop_c")])
    with pytest.raises(ImproperlyConfigured, match=r"shop_c\.tasks cannot be") as told:
        opened.autodiscover()
    assert isinstance(told.value.__cause__, ModuleNotFoundError)


def declared_in(module: str) -> Callable[[], None]:
    def tidy() -> None: ...

    tidy.__module__, tidy.__qualname__ = module, "tidy"
    return workflow_function(tidy)


def test_a_bare_name_is_that_of_a_unique_workflow_function(billing: str):
    declared_in("one.tasks")
    assert callables.function("tidy").name == "one.tasks.tidy"
    assert callables.function("one.tasks.tidy").name == "one.tasks.tidy"
    with pytest.raises(UnknownCallable, match="no function or task of this name"):
        callables.function("remind")
    declared_in("two.tasks")
    with pytest.raises(
        UnknownCallable, match=r"one of: one\.tasks\.tidy, two\.tasks\.tidy"
    ):
        callables.function("tidy")


def test_a_name_is_declared_once():
    declared_in("one.tasks")
    declared_in("one.tasks")  # the same, as a module that is loaded again declares it

    def other() -> None: ...

    other.__module__, other.__qualname__ = "one.tasks", "tidy"
    with pytest.raises(
        RegistrationError, match=r'"one\.tasks\.tidy" is declared twice'
    ):
        workflow_function(other)


def test_the_reports_of_the_app_are_as_the_tests_say():
    assert "wipe" in reports.__all__, "it is imported there"

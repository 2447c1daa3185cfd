"""Objects of rows that were read in part behave as Django's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.db.models.signals import post_init

from workflows.kit.partial_rows import PartialRows
from workflows.models import Workflow

pytestmark = pytest.mark.django_db
Load = Callable[[], Workflow]


@pytest.fixture
def load(workflow: Workflow) -> Load:
    """Reads the workflow with its name and its owner's name only."""
    rows = Workflow.objects.select_related("owner").only("name", "owner__username")
    return lambda: rows.get(pk=workflow.pk)


def test_a_row_has_what_was_read_and_reads_the_rest_when_it_is_asked_for(
    load: Load, workflow: Workflow, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        read = load()
        assert (read.name, read.owner.username) == (
            workflow.name,
            workflow.owner.username,
        )
    with django_assert_num_queries(1):
        assert read.description == workflow.description
    assert read == workflow
    assert hash(read) == hash(workflow)


def test_it_is_as_django_makes_it(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = load()
    monkeypatch.setattr(
        PartialRows, "from_db", classmethod(Model.from_db.__func__), raising=True
    )
    theirs = load()
    assert type(ours) is type(theirs)
    assert ours.get_deferred_fields() == theirs.get_deferred_fields()
    assert _values(ours) == _values(theirs)
    assert vars(ours._state).keys() == vars(theirs._state).keys()
    assert (ours._state.db, ours._state.adding) == ("default", False)


def _values(row: Model) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_state"}


def test_it_can_be_changed_and_saved(load: Load, workflow: Workflow) -> None:
    other = User.objects.create(username="other")
    read = load()
    read.name, read.owner = "changed", other
    read.save()
    workflow.refresh_from_db()
    assert (workflow.name, workflow.owner) == ("changed", other)


def test_who_listens_for_new_objects_hears_of_it(load: Load) -> None:
    heard: list[Model] = []

    def hear(instance: Model, **kwargs: Any) -> None:
        heard.append(instance)

    post_init.connect(hear, sender=Workflow)
    try:
        assert heard == [load()]
    finally:
        post_init.disconnect(hear, sender=Workflow)

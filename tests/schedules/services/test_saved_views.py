"""People keep filters of the list under names of their own."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from schedules import limits
from schedules.exceptions import InvalidView, ViewNotFound
from schedules.models import SavedView
from schedules.services.saved_views import delete_view, rename_view, save_view

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_view_is_kept_without_the_place_in_the_list(alice: User) -> None:
    view = save_view(alice, name=" Failing now ", query="?state=failing&p=3&q=a+b&e=1")
    assert (view.name, view.query) == ("Failing now", "state=failing&q=a+b")


def test_a_view_of_the_same_name_is_replaced(alice: User, bob: User) -> None:
    save_view(alice, name="mine", query="q=1")
    save_view(bob, name="mine", query="q=2")
    save_view(alice, name="mine", query="q=3")
    kept = SavedView.objects.order_by("pk").values_list("owner", "query")
    assert list(kept) == [(alice.pk, "q=3"), (bob.pk, "q=2")]


def test_a_view_is_renamed_unless_the_name_is_taken(alice: User, bob: User) -> None:
    view = save_view(alice, name="one", query="q=1")
    save_view(alice, name="two", query="q=2")
    save_view(bob, name="three", query="q=3")
    assert rename_view(alice, view.pk, name="one").name == "one"
    assert rename_view(alice, view.pk, name="three").name == "three"
    with pytest.raises(InvalidView, match="'two' already"):
        rename_view(alice, view.pk, name="two")


def test_nobody_touches_the_views_of_others(alice: User, bob: User) -> None:
    view = save_view(alice, name="one", query="q=1")
    with pytest.raises(ViewNotFound):
        rename_view(bob, view.pk, name="bob's")
    with pytest.raises(ViewNotFound):
        delete_view(bob, view.pk)
    delete_view(alice, view.pk)
    with pytest.raises(ViewNotFound):
        delete_view(alice, view.pk)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "\x00", "\u202e", "x" * 61])
def test_a_wrong_name_is_refused(alice: User, name: str) -> None:
    with pytest.raises(InvalidView) as refused:
        save_view(alice, name=name, query="")
    assert [*refused.value.errors] == ["name"]
    assert not SavedView.objects.exists()


def test_a_query_string_has_a_length(alice: User) -> None:
    most = limits.VIEW_QUERY_LENGTH
    assert save_view(alice, name="long", query="q=" + "x" * (most - 2)).query
    for query in ("q=" + "x" * (most - 1), "q=" + "ä" * (most - 2)):
        with pytest.raises(InvalidView, match="fewer filters"):
            save_view(alice, name="longer", query=query)


def test_the_number_of_views_is_limited(alice: User) -> None:
    SavedView.objects.bulk_create(
        SavedView(owner=alice, name=f"view {number}") for number in range(limits.VIEWS)
    )
    save_view(alice, name="view 1", query="q=1")
    with pytest.raises(InvalidView, match="delete one first"):
        save_view(alice, name="one more", query="")

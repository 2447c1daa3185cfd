"""Saved views: a person's own filters of the list of schedules, kept under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import QueryDict

from schedules import limits
from schedules.exceptions import InvalidView, ViewNotFound
from schedules.models import SavedView
from schedules.services.drafts.validation import text_problems

if TYPE_CHECKING:
    from workflows.kit.users import User

# Where one is in a list, and what is said about a mistake: no part of a view.
NOT_KEPT = ("p", "all", "e", "_popup", "_to_field", "_changelist_filters")


def save_view(user: User, *, name: str, query: str) -> SavedView:
    """Keep a query string under a name. An own view of that name is replaced.

    Raises `InvalidView` for a wrong name, for a query string that is too long, and for more
    than `limits.VIEWS` views.
    """
    name, query = _checked_name(name), _checked_query(query)
    with transaction.atomic():
        view = SavedView.objects.filter(owner=user, name=name).first()
        if view is None:
            _check_number(user)
            view = SavedView(owner=user, name=name)
        view.query = query
        view.save()
    return view


def rename_view(user: User, view_id: int, *, name: str) -> SavedView:
    """Give an own view another name. Raises `ViewNotFound`, `InvalidView`."""
    name = _checked_name(name)
    with transaction.atomic():
        view = _own(user, view_id)
        others = SavedView.objects.filter(owner=user, name=name).exclude(pk=view.pk)
        if others.exists():
            why = f"You have a view named {name!r} already: choose another name."
            raise InvalidView(errors={"name": [why]})
        view.name = name
        view.save(update_fields=["name"])
    return view


def delete_view(user: User, view_id: int) -> SavedView:
    """Delete an own view, and return what it was. Raises `ViewNotFound`."""
    view = _own(user, view_id)
    SavedView.objects.filter(pk=view.pk).delete()
    return view


def _own(user: User, view_id: int) -> SavedView:
    view = SavedView.objects.filter(owner=user, pk=view_id).first()
    if view is None:
        raise ViewNotFound
    return view


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise InvalidView(errors={"name": ["Give the view a name."]})
    found = list(text_problems(name, most=limits.VIEW_NAME_LENGTH, one_line=True))
    if found:
        raise InvalidView(errors={"name": found})
    return name


def _checked_query(query: str) -> str:
    """As a browser would write it, without what is no part of a view."""
    if len(query) <= limits.VIEW_QUERY_LENGTH:
        given = QueryDict(query.removeprefix("?"), mutable=True)
        for name in NOT_KEPT:
            given.pop(name, None)
        query = given.urlencode()
    if len(query) > limits.VIEW_QUERY_LENGTH:
        why = f"A view has at most {limits.VIEW_QUERY_LENGTH:,} characters: use fewer filters."
        raise InvalidView(errors={"query": [why]})
    return query


def _check_number(user: User) -> None:
    if SavedView.objects.filter(owner=user).count() >= limits.VIEWS:
        why = f"You have {limits.VIEWS} saved views already: delete one first."
        raise InvalidView(errors={"name": [why]})

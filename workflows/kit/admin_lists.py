"""Lists of the admin, in which a search and a bulk deletion are limited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import actions
from django.contrib.admin.views.main import (
    SEARCH_VAR,
    ChangeList,
    ChangeListSearchForm,
)
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import cached_property
from django.utils.translation import gettext, gettext_lazy
from typing_extensions import override

from workflows.kit.api.queries import MOST_TEXT

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
    PaginatorBase = Paginator[Any]
else:
    Base = object
    PaginatorBase = Paginator
# The confirmation sends a field for each row, of which Django accepts 1,000.
MAX_DELETED_AT_ONCE = 500


class BoundedSearchForm(ChangeListSearchForm):
    """The search box above lists, with a limited length. Every word is searched for in every
    column, and on SQLite a search for thousands of words fails."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[SEARCH_VAR] = forms.CharField(
            required=False, strip=False, max_length=MOST_TEXT
        )


class BoundedPaginator(PaginatorBase):
    """Counts no further than `MOST_COUNTED` rows: a ledger has millions. What is beyond is
    found by filters."""

    MOST_COUNTED = 2_000

    @cached_property
    def counted(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list).order_by()
        return rows[: self.MOST_COUNTED + 1].count()

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are counted."""
        return self.counted > self.MOST_COUNTED

    @cached_property
    @override
    def count(self) -> int:
        return min(self.counted, self.MOST_COUNTED)


class BoundedList(ChangeList):
    search_form_class = BoundedSearchForm


class BoundedSearch(Base):
    """A mixin: the list of this admin has a bounded search, whatever other lists have."""

    @override
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BoundedList


@admin.action(
    permissions=["delete"],
    description=gettext_lazy("Delete selected %(verbose_name_plural)s"),
)
def delete_selected(
    modeladmin: admin.ModelAdmin[Any], request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponseBase | None:
    """Django's own action, for at most 500 rows. Rows that a service deletes are deleted one by
    one."""
    if queryset.order_by()[: MAX_DELETED_AT_ONCE + 1].count() > MAX_DELETED_AT_ONCE:
        kind = modeladmin.opts.verbose_name_plural
        why = gettext(
            "At most {most} {kind} can be deleted at once. Nothing was deleted."
        )
        why = why.format(most=MAX_DELETED_AT_ONCE, kind=kind)
        modeladmin.message_user(request, why, messages.ERROR)
        return None
    delete_each = getattr(modeladmin, "delete_each", None)  # of a `ServiceAdmin`
    if "post" in request.POST and delete_each:
        *_, not_permitted, protected = modeladmin.get_deleted_objects(queryset, request)
        if not (not_permitted or protected):
            delete_each(request, queryset)
            return None
    return actions.delete_selected(modeladmin, request, queryset)

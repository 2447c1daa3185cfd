"""Deleting what is ticked in a list: so many at once as the confirmation can carry."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import actions
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# The confirmation sends a field for each, of which Django takes a thousand.
MOST_DELETED_AT_ONCE = 500


@admin.action(
    permissions=["delete"], description="Delete selected %(verbose_name_plural)s"
)
def delete_selected(
    modeladmin: admin.ModelAdmin[Any], request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponseBase | None:
    """Django's own action, for at most 500 rows."""
    if queryset.order_by()[: MOST_DELETED_AT_ONCE + 1].count() > MOST_DELETED_AT_ONCE:
        kind = modeladmin.opts.verbose_name_plural
        why = f"At most {MOST_DELETED_AT_ONCE} {kind} at once: nothing was deleted."
        modeladmin.message_user(request, why, messages.ERROR)
        return None
    return actions.delete_selected(modeladmin, request, queryset)

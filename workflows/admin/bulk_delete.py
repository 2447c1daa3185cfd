"""Bulk deletion in the lists of the admin, limited to what a confirmation can carry."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import actions
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from workflows.kit.admin import ServiceAdmin

# The confirmation sends a field for each row, of which Django accepts 1,000.
MAX_DELETED_AT_ONCE = 500


@admin.action(
    permissions=["delete"], description="Delete selected %(verbose_name_plural)s"
)
def delete_selected(
    modeladmin: admin.ModelAdmin[Any], request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponseBase | None:
    """Django's own action, for at most 500 rows. Rows that a service deletes are deleted one by
    one."""
    if queryset.order_by()[: MAX_DELETED_AT_ONCE + 1].count() > MAX_DELETED_AT_ONCE:
        kind = modeladmin.opts.verbose_name_plural
        why = f"At most {MAX_DELETED_AT_ONCE} {kind} can be deleted at once. Nothing was deleted."
        modeladmin.message_user(request, why, messages.ERROR)
        return None
    if "post" in request.POST and isinstance(modeladmin, ServiceAdmin):
        *_, not_permitted, protected = modeladmin.get_deleted_objects(queryset, request)
        if not (not_permitted or protected):
            modeladmin.delete_each(request, queryset)
            return None
    return actions.delete_selected(modeladmin, request, queryset)

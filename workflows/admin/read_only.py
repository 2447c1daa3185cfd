"""Admin pages without adding, changing and deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from typing_extensions import override

# Django's admin classes take no type parameters at run time.
if TYPE_CHECKING:
    AnyAdmin = admin.options.BaseModelAdmin[Any]
    Inline = admin.TabularInline[Any, Any]
    ModelAdmin = admin.ModelAdmin[Any]
else:
    AnyAdmin = admin.options.BaseModelAdmin
    Inline = admin.TabularInline
    ModelAdmin = admin.ModelAdmin


class ReadOnly(AnyAdmin):
    """Admin pages without adding, changing and deleting."""

    @property
    @override
    def media(self) -> forms.Media:
        """Without Django's scripts for forms: there is nothing to fill in."""
        return super().media["css"]

    @override
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(ReadOnly, Inline):
    """Rows of a parent page: anyone who may view that page may view them."""

    extra = 0
    template = "ostinato/admin/read_only_rows.html"

    @override
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

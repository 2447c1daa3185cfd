"""Admin pages with less: forms without scripts; pages without adding, changing, deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.http import HttpRequest, HttpResponse
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


class PlainForm(ModelAdmin):
    """A form without Django's scripts, jQuery among them: plain inputs need none."""

    @override
    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["media"] = context["media"]["css"]
        return super().render_change_form(request, context, *args, **kwargs)

    @override
    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **options: Any
    ) -> Any:
        """Without links to the pages of related rows, which open windows by script."""
        field = super().formfield_for_dbfield(db_field, request, **options)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


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

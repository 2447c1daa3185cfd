"""The input for the object of a model: the autocomplete of the admin where the model has one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from typing_extensions import override

from workflows.schemas.references import reference, reference_to

if TYPE_CHECKING:
    ObjectBase = forms.ModelChoiceField[models.Model]
else:
    ObjectBase = forms.ModelChoiceField

URL_NAME = "ostinato_schedules_scheduledjob_objects"


def object_field(
    model: type[models.Model],
    request: HttpRequest,
    site: admin.AdminSite,
    **options: Any,
) -> forms.Field:
    """A field whose value is the text that refers to an object, such as "billing.invoice:42".

    Where the user may search the model in the admin, they pick it; else they enter its key.
    """
    found = _searched(model, request, site)
    if found is None:
        return KeyField(model, **options)
    rows = found.get_queryset(request)
    return ObjectField(model, rows, widget=ObjectInput(model, site, rows), **options)


def _searched(
    model: type[models.Model], request: HttpRequest, site: admin.AdminSite
) -> admin.ModelAdmin[Any] | None:
    if not site.is_registered(model):
        return None
    found = site.get_model_admin(model)
    may = found.has_view_permission(request) and found.get_search_fields(request)
    return found if may else None


class ObjectInput(forms.TextInput):
    """Takes the key of an object, which its script finds as one types, by the search of the
    admin of the model."""

    template_name = "ostinato/schedules/form/widgets/object.html"

    def __init__(
        self,
        model: type[models.Model],
        site: admin.AdminSite,
        rows: models.QuerySet[Any],
    ) -> None:
        super().__init__(attrs={"autocomplete": "off"})
        self._model, self._site, self._rows = model, site, rows

    @override
    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        address = reverse(f"admin:{URL_NAME}", current_app=self._site.name)
        meta = self._model._meta
        query = urlencode({"app_label": meta.app_label, "model_name": meta.model_name})
        return context | {
            "address": f"{address}?{query}",
            "chosen": self._chosen(value),
            "kind": meta.verbose_name,
        }

    def _chosen(self, value: Any) -> str:
        """The name of the object whose key the input has."""
        try:
            found = self._rows.filter(pk=value).first() if value else None
        except (ValueError, TypeError, ValidationError):
            return ""
        return str(found) if found else ""


class OfObject:
    """A field whose value refers to an object by its key."""

    _model: type[models.Model]

    def prepare_value(self, value: Any) -> Any:
        return _key_in(value, self._model)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(data or "")


class ObjectField(OfObject, ObjectBase):
    """Picks an object."""

    def __init__(
        self, model: type[models.Model], queryset: models.QuerySet[Any], **options: Any
    ) -> None:
        self._model = model
        super().__init__(queryset, **options)

    @override
    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return None if found is None else reference_to(found)


class KeyField(OfObject, forms.CharField):
    """Takes the key of an object."""

    def __init__(self, model: type[models.Model], **options: Any) -> None:
        self._model = model
        kind = model._meta.verbose_name
        about = _("The key of the {kind}.").format(kind=kind)
        options["help_text"] = f"{options.get('help_text', '')} {about}".strip()
        super().__init__(**options)

    @override
    def clean(self, value: Any) -> Any:
        key = super().clean(value)
        return f"{self._model._meta.label_lower}:{key}" if key else None


def _key_in(value: Any, model: type[models.Model]) -> Any:
    """The key in the text that refers to an object; other values as they are."""
    try:
        return reference(value, model).key
    except ValueError:
        return value


def _key(model: type[models.Model]) -> str:
    return model._meta.pk.attname


class ObjectsView(AutocompleteJsonView):
    """What `ObjectInput` asks: the objects of a model, as its admin finds them."""

    @override
    def process_request(self, request: HttpRequest) -> Any:
        try:
            model = apps.get_model(
                request.GET.get("app_label", ""), request.GET.get("model_name", "")
            )
        except (LookupError, ValueError) as error:
            raise PermissionDenied from error
        assert self.admin_site is not None  # given in the URL configuration
        found = _searched(model, request, self.admin_site)
        if found is None:
            raise PermissionDenied
        whole = SimpleNamespace(get_limit_choices_to=dict)
        return request.GET.get("term", ""), found, whole, _key(model)

"""Model forms that save through a service."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from django import forms

from workflows.kit.errors import DomainError
from workflows.kit.refusals import refusals

if TYPE_CHECKING:
    FormBase = forms.ModelForm[Any]
else:
    FormBase = forms.ModelForm


class ServiceForm(FormBase):
    """A form that is saved by its validation: only the service, with the row locked, can
    decide whether the input is valid.

    Its refusals become errors of the form, each at its field, and nothing is written.
    """

    @abstractmethod
    def save_by_service(self) -> Any:
        """The row as saved. Raises `DomainError`."""

    def _post_clean(self) -> None:
        """Replaces Django's validation of the model, which would repeat the service's."""
        if self.errors:
            return
        try:
            with refusals():
                self.instance = self.save_by_service()
        except DomainError as error:
            self._show(error)

    def _show(self, error: DomainError) -> None:
        for field, reasons in error.errors.items():
            place, before = self.place_of(field)
            self.add_error(place, [f"{before}{reason}" for reason in reasons])
        if not error.errors:
            self.add_error(None, error.message)

    def place_of(self, field: str) -> tuple[str | None, str]:
        """The field of the form that shows what the service says about `field`, if there is
        one, and what is put before the text."""
        return (field, "") if field in self.fields else (None, f"{field}: ")

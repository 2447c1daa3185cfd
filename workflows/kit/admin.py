"""Admin classes that call services and show their refusals as messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.utils import model_ngettext, quote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from typing_extensions import override

from workflows.kit.admin_lists import BoundedSearch, delete_selected
from workflows.kit.bulk import Outcome, one_by_one
from workflows.kit.refusals import refusal_of
from workflows.kit.users import User, name_of

# Django's own admin classes take no type parameters when the program runs.
if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = admin.ModelAdmin
REASONS_SHOWN = 10


def page_of_user(site: admin.AdminSite, user: User | None) -> str:
    """The name of the user, linked to their page if this site has one."""
    if user is None:
        return ""
    page = f"admin:{user._meta.app_label}_{user._meta.model_name}_change"
    try:
        address = reverse(page, args=(quote(user.pk),), current_app=site.name)
    except NoReverseMatch:
        return name_of(user)
    return format_html('<a href="{}">{}</a>', address, name_of(user))


class ServiceAdmin(BoundedSearch, Base):
    """An admin whose rows are changed and deleted by services."""

    actions: list[Any] = [delete_selected]

    @contextmanager
    def refusals_shown(
        self, request: HttpRequest, *, but: tuple[type[Exception], ...] = ()
    ) -> Iterator[None]:
        """Show a refusal in the body as a message, except exceptions of the types `but`."""
        try:
            yield
        except but:
            raise
        except Exception as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            self.message_user(request, refusal.in_full, messages.ERROR)

    def show_outcomes(
        self,
        request: HttpRequest,
        outcomes: Iterable[Outcome[Any, Any]],
        *,
        name: Callable[[Any], object],
    ) -> None:
        """Show how many items were deleted, and the refusals of the others."""
        done, failed = 0, []
        for outcome in outcomes:
            if outcome.refusal is None:
                done += 1
            else:
                failed.append(f"“{name(outcome.item)}”: {outcome.refusal.in_full}")
        if done:
            text = _("Successfully deleted {number}.").format(number=self._number(done))
            self.message_user(request, text)
        if failed:
            more = len(failed) - REASONS_SHOWN
            rest = " " + _("And {} more.").format(more) if more > 0 else ""
            reasons = " ".join(failed[:REASONS_SHOWN])
            text = _("Delete failed for {number}.").format(
                number=self._number(len(failed))
            )
            text = f"{text} {reasons}{rest}"
            self.message_user(request, text, messages.ERROR)

    def _number(self, count: int) -> str:
        return f"{count} {model_ngettext(self.opts, count)}"

    @override
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        # Django has its own pages for these refusals.
        with self.refusals_shown(request, but=(PermissionDenied, Http404)):
            return super().delete_view(request, object_id, extra_context)
        return self.page_of(object_id)

    def page_of(self, object_id: object) -> HttpResponse:
        name = f"{self.opts.app_label}_{self.opts.model_name}_change"
        return redirect(f"{self.admin_site.name}:{name}", object_id)

    def delete_each(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Delete the selected rows one by one, so that a refusal does not stop the rest."""

        def delete(row: Any) -> None:
            with transaction.atomic():
                self.log_deletions(request, [row])  # type: ignore[arg-type]
                self.delete_model(request, row)

        self.show_outcomes(
            request,
            one_by_one(rows, delete),
            name=str,
        )

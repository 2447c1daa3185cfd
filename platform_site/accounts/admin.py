"""API tokens in the admin: created, shown once, revoked by deleting them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from platform_site.accounts.models import ApiToken
from platform_site.accounts.tokens import (
    MAX_DAYS,
    TooManyTokens,
    create_token,
    has_too_many,
    name_problems,
)
from schedules.templatetags.schedule_display import both_times
from workflows.admin.frame import Framed, frame
from workflows.admin.read_only import PlainForm
from workflows.display.languages import in_language
from workflows.kit.admin_lists import BoundedSearch, delete_selected
from workflows.kit.users import name_of, searched_by_name
from workflows.scopes import Scope

if TYPE_CHECKING:
    from workflows.kit.users import User

    Base = admin.ModelAdmin[ApiToken]
    FormBase = forms.ModelForm[ApiToken]
else:
    Base = admin.ModelAdmin
    FormBase = forms.ModelForm

clock = timezone.now  # noqa: TID251 - an entry point: here the clock is read


class TokenForm(FormBase):
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_DAYS,
        label=gettext_lazy("Valid for (days)"),
        help_text=gettext_lazy("Leave empty for a token that does not expire."),
    )
    creator: User

    @override
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "scope" in self.fields:  # not on the page of a token that is there
            cast("forms.ChoiceField", self.fields["scope"]).choices = [
                (value, in_language(label)) for value, label in Scope.choices
            ]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if problems := name_problems(name):
            raise forms.ValidationError(problems)
        return name

    @override
    def clean(self) -> dict[str, Any] | None:
        if has_too_many(self.cleaned_data.get("user", self.creator), now=clock()):
            raise forms.ValidationError(TooManyTokens.message)
        return super().clean()


@admin.register(ApiToken)
class ApiTokenAdmin(PlainForm, Framed, BoundedSearch, Base):
    """A token acts for its user, so only superusers view and create the tokens of others."""

    form = TokenForm
    list_display = ("name", "user_name", "token_key", "scope", "created_at", "expires")
    list_select_related = ("user",)
    search_fields = ("name__has_text", *searched_by_name("user"))
    ordering = ("-created", "digest")
    actions = [delete_selected]

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        tokens = super().get_queryset(request)
        user = cast("User", request.user)
        return tokens if user.is_superuser else tokens.filter(user=user)

    @override
    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        if obj is not None:
            return self.list_display
        superuser = cast("User", request.user).is_superuser
        own = ("name", "scope", "days")
        return ("user", *own) if superuser else own

    @override
    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": request.user.pk, **super().get_changeform_initial_data(request)}

    @override
    def get_form(self, *args: Any, **options: Any) -> Any:
        form = super().get_form(*args, **options)
        return type("FormOfUser", (form,), {"creator": args[0].user})

    @override
    def has_change_permission(
        self, request: HttpRequest, obj: ApiToken | None = None
    ) -> bool:
        return False

    @admin.display(description=gettext_lazy("User"), ordering="user")
    def user_name(self, token: ApiToken) -> str:
        return name_of(token.user)

    @admin.display(description=gettext_lazy("Created"), ordering="created")
    def created_at(self, token: ApiToken) -> SafeString:
        return both_times(token.created)

    @admin.display(description=gettext_lazy("Expires"), ordering="expiry")
    def expires(self, token: ApiToken) -> str | SafeString:
        return both_times(token.expiry) if token.expiry else _("never")

    @override
    def save_model(
        self, request: HttpRequest, obj: ApiToken, form: Any, change: bool
    ) -> None:
        days, now = form.cleaned_data["days"], clock()
        made, text = create_token(
            form.cleaned_data.get("user", request.user),
            name=obj.name,
            expires_at=now + timedelta(days=days) if days else None,
            now=now,
            scope=Scope(form.cleaned_data["scope"]),
        )
        # The text is kept only on this object: in no table, session or log.
        obj.__dict__.update(made.__dict__, text=text)

    @override
    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Answer without a redirect, for which the text would have to be stored."""
        context = {
            **frame(request, self.admin_site, self.opts.label),
            "title": _("New token"),
            "opts": self.opts,
            "token": obj,
        }
        return TemplateResponse(request, "platform_site/new_token.html", context)

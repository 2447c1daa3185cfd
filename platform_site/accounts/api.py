"""`/api/v1/tokens/`: list, create and revoke one's own tokens."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet
from typing_extensions import override

from platform_site.accounts.models import ApiToken
from platform_site.accounts.tokens import create_token
from schedules.api.request_fields import AwareInstantField, TextField
from workflows.kit.api.dry_run import DryRun, is_dry
from workflows.kit.api.requests import clock, user_of, valid
from workflows.kit.api.schema import extend_schema, extend_schema_view
from workflows.kit.api.scopes import require_scope
from workflows.kit.api.serializers import DateTimeField, ModelSerializer
from workflows.kit.api.strict import StrictSerializer, one_of
from workflows.scopes import Scope


class NewToken(StrictSerializer):
    """A new token. Without `expires_at` it does not expire."""

    name = TextField(most=ApiToken.NAME_LENGTH)
    expires_at = AwareInstantField(required=False, allow_null=True)
    scope = serializers.ChoiceField(
        choices=Scope.choices, default=Scope.EDIT, error_messages=one_of(Scope.values)
    )


class TokenSerializer(ModelSerializer[ApiToken]):
    """An API token. `id` is the beginning of its text, by which people recognise it; only this
    part is stored."""

    id = serializers.CharField(source="token_key", read_only=True)
    created_at = DateTimeField(source="created", read_only=True)
    expires_at = DateTimeField(source="expiry", read_only=True, allow_null=True)

    class Meta:
        model = ApiToken
        fields = ("id", "name", "scope", "created_at", "expires_at")
        read_only_fields = fields


class MadeTokenSerializer(TokenSerializer):
    """A created token. Its text, `token`, is never shown again."""

    token = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "token")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


@extend_schema_view(
    list=extend_schema(
        description="Your own tokens, newest first, without their secrets."
    )
)
class TokenViewSet(DryRun, mixins.ListModelMixin, GenericViewSet[ApiToken]):
    """One's own API tokens. Those of others are not found, not even by a superuser."""

    queryset = ApiToken.objects.order_by("-created", "digest")
    serializer_class = TokenSerializer
    lookup_field = "token_key"
    lookup_url_kwarg = "id"
    lookup_value_converter = "slug"
    # Any token may revoke itself: see `destroy`.
    scopes = {"list": Scope.EDIT, "create": Scope.EDIT, "destroy": Scope.READ}

    @override
    def get_queryset(self) -> QuerySet[ApiToken]:
        return super().get_queryset().filter(user=user_of(self.request))

    @override
    def before(self) -> Any:
        if self.lookup_url_kwarg not in self.kwargs:
            return None
        return {**self.get_serializer(self.get_object()).data}

    @extend_schema(request=NewToken, responses={201: MadeTokenSerializer})
    def create(self, request: Request) -> Response:
        """Create a token. Only this response contains its text."""
        body = valid(NewToken(data=request.data))
        through = request.auth if isinstance(request.auth, ApiToken) else None
        token, text = create_token(
            user_of(request),
            name=body["name"],
            expires_at=body.get("expires_at"),
            now=clock(),
            scope=Scope(body["scope"]),
            through=through,
        )
        shown = {**TokenSerializer(token).data}
        if not is_dry(request):
            shown["token"] = text
        headers = {"Cache-Control": "no-store"}
        return Response(shown, status.HTTP_201_CREATED, headers=headers)

    def destroy(self, request: Request, id: str) -> Response:
        """Revoke a token, which is no longer accepted. A token with a scope other than
        `edit` may revoke only itself."""
        if id != getattr(request.auth, "token_key", None):
            require_scope(request, Scope.EDIT)
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

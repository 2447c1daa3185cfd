"""One include brings our addresses to a project, whose own API answers as before."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import include, path, reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.parsers import FormParser
from rest_framework.renderers import StaticHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.schemas.openapi import AutoSchema as PlainSchema
from rest_framework.schemas.openapi import SchemaGenerator as PlainGenerator
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from platform_site.accounts.tokens import create_token
from platform_site.http.description import Generator
from schedules.models import ScheduledJob
from schedules.services import Actor, create_schedule
from tests.graphs import add_graph
from triggers.webhooks import issue_webhook
from workflows.kit.api import authentication
from workflows.kit.api.requests import clock
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
API = "/ostinato/api/v1/"


class OwnView(APIView):
    """An address of the project, which takes all from its `REST_FRAMEWORK`."""

    def get(self, request: Request) -> Response:
        return Response({"a": 1.5})


class Ticket(BaseAuthentication):
    """The project's own credentials, under the scheme that ours have."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            return None
        if text != "ticket-of-ada":
            raise AuthenticationFailed
        return User.objects.get(username="ada"), None


class LaxSession(SessionAuthentication):
    """As in many projects: without the check for CSRF."""

    def enforce_csrf(self, request: Request) -> None:
        return


urlpatterns = [
    path("ostinato/", include("platform_site.embed")),
    path("own/", OwnView.as_view()),
]
HOSTILE: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.StaticHTMLRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.FormParser"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": "1/day", "user": "1/day"},
    "DEFAULT_FILTER_BACKENDS": ["rest_framework.filters.SearchFilter"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "DEFAULT_SCHEMA_CLASS": "rest_framework.schemas.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.AcceptHeaderVersioning",
    "DEFAULT_VERSION": "7",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": None,
    "EXCEPTION_HANDLER": "tests.platform_site.test_embed.nothing",
    "NON_FIELD_ERRORS_KEY": "all",
    "DATETIME_FORMAT": "%d.%m.%Y",
    "DATETIME_INPUT_FORMATS": ["%d.%m.%Y"],
    "COERCE_DECIMAL_TO_STRING": False,
    "STRICT_JSON": False,
    "COMPACT_JSON": False,
    "UNICODE_JSON": False,
    "PAGE_SIZE": 1,
    "SEARCH_PARAM": "q",
    "URL_FORMAT_OVERRIDE": "as",
    "UNAUTHENTICATED_USER": None,
}


def nothing(error: Exception, context: dict[str, Any]) -> Response:
    return Response("hostile", 418)


@pytest.fixture
def ada() -> User:
    return User.objects.create_superuser("ada", password="x")


@pytest.fixture
def schedule(ada: User) -> ScheduledJob:
    workflow = Workflow.objects.create(name="wörk", owner=ada)
    add_graph(
        workflow, {"tick": ("trigger_schedule", {}), "hook": ("trigger_webhook", {})}
    )
    fields = {"name": "s", "workflow": workflow, "interval_seconds": 60}
    return create_schedule(fields, actor=Actor.person(ada), now=clock())


def asked(ada: User, schedule: ScheduledJob) -> list[tuple[int, str, bytes]]:
    """What our API answers to all kinds of requests."""
    site = Client(raise_request_exception=False)
    requests = [
        ("GET", "schedules/", None, {}),
        ("OPTIONS", "schedules/", None, {}),
        ("PUT", "schedules/", None, {}),
        ("GET", "schedules/?page_size=1&status=paused", None, {}),
        ("GET", "schedules/?q=1", None, {}),
        ("GET", "schedules/?limit=1", None, {}),
        ("GET", "schedules/?as=json", None, {}),
        ("GET", "schedules/", None, {"Accept": "application/json; version=9"}),
        ("GET", "schedules/", None, {"Accept": "text/html"}),
        ("GET", "schedules/", None, {"Accept-Language": "de"}),
        ("GET", f"schedules/{schedule.pk}/", None, {}),
        ("GET", f"schedules/{schedule.pk}/events/", None, {}),
        ("GET", f"schedules/{ada.pk}/", None, {}),
        ("GET", "workflows/", None, {}),
        ("GET", "executions/?status=nonsense", None, {}),
        ("GET", "tokens/", None, {}),
        ("GET", "node-types/", None, {}),
        ("GET", "nothing/", None, {}),
        ("GET", "schedules", None, {}),
        ("POST", "schedules", "{}", {}),
        ("POST", "schedules/", "{", {}),
        ("POST", "schedules/", '{"name": NaN}', {}),
        ("POST", "schedules/bulk/", '{"action": "pause", "filter": {}}', {}),
        ("POST", "schedules/preview/", '{"run_at": "01.02.2030"}', {}),
        ("PATCH", f"schedules/{schedule.pk}/?dry_run=true", '{"name": "ü"}', {}),
    ]
    found = []
    for login in (False, True):
        if login:
            site.force_login(ada)
        for method, address, body, headers in requests:
            answer = site.generic(
                method,
                API + address,
                body or "",
                "application/json" if body is not None else "",
                headers=headers,
            )
            kind = answer.headers.get("Content-Type", "")
            found.append((answer.status_code, kind, answer.content))
    return found


@pytest.mark.heavy
def test_our_api_answers_alike_whatever_the_project_says(
    ada: User, schedule: ScheduledJob, settings: Any
) -> None:
    with time_machine.travel(clock(), tick=False):
        before = asked(ada, schedule)
        settings.REST_FRAMEWORK = HOSTILE
        settings.LANGUAGE_CODE = "de"
        after = asked(ada, schedule)
    assert [answer[0] for answer in before][:3] == [401, 401, 401]
    assert after == before


@pytest.mark.heavy
def test_our_description_is_alike_if_strangers_are_nobody(
    settings: Any,
) -> None:
    before = Generator().get_schema()
    settings.REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}
    assert api_settings.UNAUTHENTICATED_USER is None
    assert Generator().get_schema() == before
    assert Client().get(API + "schedules/").status_code == 401


def test_no_view_of_ours_takes_anything_from_the_project() -> None:
    """REST framework reads its settings while it is imported: the attributes of each view are
    those of our base class or its own."""
    from django.urls import get_resolver

    from workflows.kit.api.base import ApiView

    views = {
        pattern.callback.cls
        for pattern in _leaves(get_resolver(__name__).url_patterns)
        if hasattr(pattern.callback, "cls") and pattern.callback.cls is not OwnView
    }
    assert len(views) > 20
    named = [name for name in vars(APIView) if name.endswith(("_class", "_classes"))]
    named += ["settings", "filter_backends", "pagination_class"]
    for view in views:
        assert issubclass(view, ApiView), view
        for name in named:
            owner = next(each for each in view.__mro__ if name in vars(each))
            assert not owner.__module__.startswith("rest_framework") or (
                name == "authentication_classes"
            ), (view, name)


def _leaves(patterns: Any) -> Any:
    for each in patterns:
        if hasattr(each, "url_patterns"):
            yield from _leaves(each.url_patterns)
        else:
            yield each


def test_the_session_counts_only_with_its_csrf_token(ada: User, settings: Any) -> None:
    settings.REST_FRAMEWORK = {
        "DEFAULT_AUTHENTICATION_CLASSES": [f"{__name__}.LaxSession"]
    }
    site = Client(enforce_csrf_checks=True)
    site.force_login(ada)
    assert site.get(f"{API}schedules/").status_code == 200
    refused = site.post(f"{API}workflows/", {"name": "w"}, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert "CSRF" in refused.json()["detail"]


def test_credentials_of_the_project_and_our_tokens_are_taken_side_by_side(
    ada: User, settings: Any
) -> None:
    settings.REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": [f"{__name__}.Ticket"]}
    _, token = create_token(ada, name="t", expires_at=None, now=clock())

    def status(text: str, site: Client) -> int:
        headers = {"Authorization": f"Bearer {text}"}
        return site.get(f"{API}schedules/", headers=headers).status_code

    site = Client()
    assert [status(each, site) for each in (token, "ticket-of-ada", "x")] == [
        200,
        200,
        401,
    ]
    # A session does not make wrong credentials right.
    site.force_login(ada)
    assert status("x", site) == 401


def test_an_unknown_address_below_ours_answers_json(ada: User) -> None:
    site = Client()
    answer = site.get("/ostinato/api/v1/nothing/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for method in ("get", "post"):
        hint = getattr(site, method)("/ostinato/api/v1/schedules")
        assert "Add a slash" in hint.json()["detail"]


def test_a_bug_in_our_api_is_answered_by_our_api(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("schedules.api.views.ScheduleViewSet.get_queryset", broken)
    site = Client(raise_request_exception=False)
    site.force_login(ada)
    answer = site.get(f"{API}schedules/")
    assert (answer.status_code, answer.json()["status"]) == (500, 500)
    assert "secret" not in answer.text
    loud = Client()
    loud.force_login(ada)
    with pytest.raises(RuntimeError):  # the project's monitoring is told as ever
        loud.get(f"{API}schedules/")


def test_webhooks_answer_at_their_new_and_their_old_address(
    ada: User, schedule: ScheduledJob
) -> None:
    issued = issue_webhook(schedule.workflow, "hook", user=ada, now=clock())
    assert reverse("ostinato:hook", args=["t"]) == "/ostinato/hooks/t/"
    for address in ("/ostinato/hooks/", "/ostinato/api/v1/hooks/"):
        wrong = Client().post(f"{address}x{issued.token}/", {}, "application/json")
        assert wrong.json()["code"] == "not_found"


@pytest.mark.heavy
def test_the_description_has_ours_alone_and_that_of_the_project_none_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = Client().get("/ostinato/api/schema/?format=json").json()
    assert "/ostinato/api/v1/schedules/" in ours["paths"]
    assert "/own/" not in ours["paths"]
    assert ours["info"]["title"] == "Ostinato"
    operation = ours["paths"]["/ostinato/api/v1/schedules/"]["get"]
    assert operation["operationId"] == "schedules_list"
    for generator, schema in (
        (SchemaGenerator, AutoSchema()),
        (PlainGenerator, PlainSchema()),
    ):
        monkeypatch.setattr(OwnView, "schema", schema)
        theirs = generator(title="own", urlconf=__name__).get_schema(
            request=None, public=True
        )
        assert list(theirs["paths"]) == ["/own/"]


def test_nothing_that_is_global_has_changed() -> None:
    assert FormParser not in api_settings.DEFAULT_RENDERER_CLASSES
    request = RequestFactory().get("/own/")
    answer = OwnView.as_view()(request).render()
    assert answer.content == b'{"a":1.5}'
    assert StaticHTMLRenderer not in OwnView.renderer_classes


def test_without_our_tokens_and_credentials_of_the_project_only_a_session_counts(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "_of_tokens", [])
    refused = Client().get(f"{API}schedules/")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_authenticated")
    site = Client()
    site.force_login(ada)
    assert site.get(f"{API}schedules/").status_code == 200

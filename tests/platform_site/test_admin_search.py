from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from workflows.kit.api.queries import MOST_TEXT

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LISTS = sorted(
    model._meta.label_lower.replace(".", "_")
    for model, page in admin.site._registry.items()
    if page.search_fields
)


@pytest.mark.heavy
@pytest.mark.parametrize("page", LISTS)
def test_a_search_in_a_list_of_the_admin_is_bounded(
    page: str, admin_client: Client
) -> None:
    address = reverse(f"admin:{page}_changelist")
    for text in ("a " * (MOST_TEXT // 2), "%" * MOST_TEXT, "\x00"):
        assert admin_client.get(address, {"q": text}).status_code == 200
    for text in ("a " * 5_000, "a" * 60_000, "\\" * (MOST_TEXT + 1)):
        answer = admin_client.get(address, {"q": text})
        assert answer.status_code == 200
        assert f"at most {MOST_TEXT} characters" in answer.content.decode()


def test_every_search_in_the_admin_folds_capitals_on_both_databases() -> None:
    fields = {
        field for page in admin.site._registry.values() for field in page.search_fields
    }
    # A tag is found as it is written.
    folds = ("__has_text", "__has_tag")
    assert [field for field in fields if not str(field).endswith(folds)] == []


def test_people_are_found_however_they_are_typed(
    admin_client: Client, django_user_model
) -> None:
    django_user_model.objects.create_user("ursula", last_name="ÜNAL")
    page = admin_client.get(reverse("admin:auth_user_changelist"), {"q": "ünal"})
    assert [user.username for user in page.context["cl"].result_list] == ["ursula"]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("ostinato_schedules/scheduledrun/?status__exact=zz", "No run has the outcome"),
        (
            "ostinato_schedules/scheduleevent/?verb__exact=<b>",
            "No event has the action",
        ),
        (
            "ostinato_workflows/workflowexecution/?status__isnull=1",
            "No workflow execution has",
        ),
    ],
)
def test_a_filter_that_no_menu_offers_finds_nothing(
    admin_client: Client, address: str, told: str
) -> None:
    page = admin_client.get(f"/admin/{address}")
    assert page.status_code == 200
    assert told in page.text

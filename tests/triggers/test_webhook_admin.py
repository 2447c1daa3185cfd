"""Webhooks in the admin: created, renewed, deleted."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from triggers.models import Webhook
from workflows.models import Workflow

pytestmark = pytest.mark.django_db
LIST = "/admin/ostinato_triggers/webhook/"


def site_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def staff(name: str, *permissions: str) -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def boss(db: None) -> Client:
    return site_of(User.objects.create_superuser("boss"))


def secrets(page: str) -> tuple[str, str]:
    """The path that is shown, and the key."""
    address = re.search(r'value="http[^"]*(/hooks/[^"]+)"', page).group(1)
    return address, re.search(r'value="(whsec_\w+)"', page).group(1)


def make(site: Client, workflow: Workflow) -> tuple[str, str]:
    node = workflow.nodes.get(node_id="hook")
    return secrets(site.post(f"{LIST}add/", {"node": node.pk}).text)


def call(path: str) -> int:
    return Client().post(path, "{}", content_type="application/json").status_code


def renew(site: Client) -> str:
    return reverse(
        "admin:ostinato_triggers_webhook_renew", args=[Webhook.objects.get().pk]
    )


def test_a_webhook_that_was_made_starts_the_workflow(
    boss: Client, hooked: Workflow
) -> None:
    path, _ = make(boss, hooked)
    assert call(path) == 202


def test_its_secrets_are_shown_once(boss: Client, hooked: Workflow) -> None:
    path, key = make(boss, hooked)
    pk = Webhook.objects.get().pk
    for page in (LIST, f"{LIST}{pk}/change/", f"{LIST}{pk}/history/", "/admin/"):
        shown = boss.get(page).text
        assert path.split("/")[2] not in shown
        assert key not in shown


def test_renewing_voids_the_previous_url(boss: Client, hooked: Workflow) -> None:
    former, _ = make(boss, hooked)
    assert "Renew" in boss.get(f"{LIST}{Webhook.objects.get().pk}/change/").text
    answer = boss.post(renew(boss))
    assert "no-store" in answer.headers["Cache-Control"]
    path, _ = secrets(answer.text)
    assert (call(former), call(path)) == (404, 202)


def test_the_address_of_a_deleted_webhook_is_not_found(
    boss: Client, hooked: Workflow
) -> None:
    path, _ = make(boss, hooked)
    boss.post(f"{LIST}{Webhook.objects.get().pk}/delete/", {"post": "yes"})
    assert call(path) == 404
    path, _ = make(boss, hooked)
    chosen = {"action": "delete_selected", "_selected_action": Webhook.objects.get().pk}
    boss.post(LIST, {**chosen, "post": "yes"})
    assert call(path) == 404


def test_it_takes_a_post_and_its_token(boss: Client, hooked: Workflow) -> None:
    path, _ = make(boss, hooked)
    assert boss.get(renew(boss)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="boss"))
    assert strict.post(renew(boss)).status_code == 403
    assert call(path) == 202


def test_only_nodes_that_may_have_one_are_offered(
    boss: Client, hooked: Workflow
) -> None:
    greet = hooked.nodes.get(node_id="greet")
    refused = boss.post(f"{LIST}add/", {"node": greet.pk})
    assert "node" in refused.context["adminform"].form.errors
    make(boss, hooked)
    hook = hooked.nodes.get(node_id="hook")
    refused = boss.post(f"{LIST}add/", {"node": hook.pk})
    assert "node" in refused.context["adminform"].form.errors


def test_what_one_may_not_see_is_not_there(boss: Client, hooked: Workflow) -> None:
    path, _ = make(boss, hooked)
    all_of_it = [f"{verb}_webhook" for verb in ("add", "view", "change", "delete")]
    site = site_of(staff("otto", *all_of_it))
    assert list(site.get(LIST).context["cl"].result_list) == []
    assert site.post(renew(site)).status_code == 404
    hook = hooked.nodes.get(node_id="hook")
    site.post(f"{LIST}add/", {"node": hook.pk})
    pk = Webhook.objects.get().pk
    site.post(f"{LIST}{pk}/delete/", {"post": "yes"})
    assert call(path) == 202


@pytest.mark.parametrize(
    "permissions",
    [
        ("view_webhook", "change_webhook", "delete_webhook", "view_workflow"),
        ("view_webhook", "view_workflow", "change_workflow"),
    ],
)
def test_it_takes_both_permissions_to_do_anything(
    boss: Client, hooked: Workflow, permissions: tuple[str, ...]
) -> None:
    path, _ = make(boss, hooked)
    site = site_of(staff("vera", *permissions))
    pk = Webhook.objects.get().pk
    page = site.get(f"{LIST}{pk}/change/")
    assert page.status_code == 200
    assert "Renew" not in page.text
    assert site.post(renew(site)).status_code == 403
    assert site.post(f"{LIST}{pk}/delete/", {"post": "yes"}).status_code == 403
    assert call(path) == 202


def test_an_owner_on_the_staff_manages_the_own(hooked: Workflow, owner: User) -> None:
    owner.is_staff = True
    owner.save()
    names = [f"{verb}_webhook" for verb in ("add", "view", "change", "delete")]
    owner.user_permissions.set(Permission.objects.filter(codename__in=names))
    site = site_of(owner)
    path, _ = make(site, hooked)
    renewed, _ = secrets(site.post(renew(site)).text)
    assert (call(path), call(renewed)) == (404, 202)


def test_a_project_without_our_addresses_is_told_so_before_a_webhook_is_made(
    boss: Client, hooked: Workflow, settings
) -> None:
    settings.ROOT_URLCONF = "tests.workflows.admin_alone"
    node = hooked.nodes.get(node_id="hook")
    page = boss.post(f"{LIST}add/", {"node": node.pk})
    assert "include(&quot;platform_site.embed&quot;)" in page.text
    assert not Webhook.objects.exists()


def test_without_an_address_of_the_site_it_is_that_of_the_request(
    boss: Client, hooked: Workflow, settings
) -> None:
    settings.OSTINATO = {}
    assert make(boss, hooked)[0].startswith("/hooks/")

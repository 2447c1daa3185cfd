from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests.api import client
from workflows.callables import declarations
from workflows.functions import workflow_function

pytestmark = pytest.mark.django_db
LIST = "/api/v1/functions/"


@pytest.fixture(autouse=True)
def registered() -> None:
    declarations.by_name.clear()

    @workflow_function
    def repeat(text: str, times: int = 2) -> str:
        """Repeats a text,
        as often as you like.

        What follows is for developers.
        """
        return text * times

    @workflow_function
    def again() -> None: ...


def test_the_functions_of_the_site_are_listed_by_name(owner: User):
    again, repeat = client(owner).get(LIST).json()["results"]
    assert repeat["name"] == f"{__name__}.registered.repeat"
    assert repeat["description"] == "Repeats a text, as often as you like."
    assert repeat["arguments_schema"]["required"] == ["text"]
    assert list(repeat["arguments_schema"]["properties"]) == ["text", "times"]
    assert (again["name"], again["description"]) == (f"{__name__}.registered.again", "")


def test_only_those_who_have_signed_in_may_see_them():
    assert client().get(LIST).status_code == 401

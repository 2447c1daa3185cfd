from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.db import models

from workflows.kit.users import full_name


class Account(AbstractBaseUser):
    """A user of a project's own: nothing but an address to log in with."""

    email = models.EmailField(unique=True)
    USERNAME_FIELD = "email"

    class Meta:
        app_label = "tests"
        managed = False


def test_a_user_is_called_by_the_full_name() -> None:
    assert (
        full_name(User(username="mara", first_name="Mara", last_name="L")) == "Mara L"
    )


def test_a_user_without_one_is_called_by_the_name_of_the_login() -> None:
    assert full_name(User(username="mara")) == "mara"
    assert full_name(Account(email="mara@example.com")) == "mara@example.com"  # type: ignore[arg-type]

"""Users of whatever model the project has: their names, and who is found by one.

A user model need have no more than `AbstractBaseUser` and `PermissionsMixin` give it, so nothing
here or elsewhere names a field such as `username` or `email`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import models

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.contrib.auth.models import User as User
else:
    # In annotations only: the model may be another, and is not known while apps are loaded.
    User = Any

# The length of an email address, and so the most that is kept of a name beside a record that
# outlives its user.
NAME_LENGTH = 254


def users() -> models.QuerySet[User]:
    """All users whom the project's own manager shows, as Django's logins do."""
    return get_user_model()._default_manager.all()


def find_user(*name: str) -> User | None:
    """The user with this name, by the natural key with which people log in. Of a model of a
    project's own it may have several parts."""
    model = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(*name)
    except (model.DoesNotExist, TypeError):  # the key may have another number of parts
        return None


def name_of(user: User) -> str:
    """The name by which the user logs in; of a very long one, the beginning."""
    return str(user.get_username())[:NAME_LENGTH]


def full_name(user: User) -> str:
    """What people call the user: the full name, or else the one by which the user logs in."""
    own = getattr(user, "get_full_name", str)
    return str(own()).strip()[:NAME_LENGTH] or name_of(user)


def is_staff(user: User | AnonymousUser) -> bool:
    """Whether the user may use an admin site. A model for an API alone may lack the field."""
    return bool(getattr(user, "is_staff", False))


def searched_by_name(path: str) -> tuple[str, ...]:
    """The entries of `search_fields` that find rows by the names of the user at `path`: the one
    by which the user logs in, and those of Django's own model; none that is not text."""
    model = get_user_model()
    names = {model.USERNAME_FIELD: None, "first_name": None, "last_name": None}
    own = {field.name: field for field in model._meta.get_fields()}
    return tuple(
        f"{path}__{name}__has_text"
        for name in names
        if isinstance(own.get(name), models.CharField | models.TextField)
    )

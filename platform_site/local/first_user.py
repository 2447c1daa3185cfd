"""The user `admin`, whose generated password is kept in the data folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from django.contrib.auth.models import User

from platform_site.local.damaged_files import remove
from platform_site.local.secret_files import secret, stored

USERNAME = "admin"
PASSWORD_BYTES = 12
PASSWORD_FILE = "admin_password"  # noqa: S105 (the name of the file)


def ensure_first_user(folder: Path) -> User:
    """The user `admin`, created if it does not exist. A password file that cannot be read, or
    no longer holds the password because it was changed, is removed."""
    user = User.objects.filter(username=USERNAME).first()
    if user is None:
        password = secret(folder, PASSWORD_FILE, size=PASSWORD_BYTES)
        return User.objects.create_superuser(USERNAME, password=password)
    known = first_password(folder)
    if known is None or not user.check_password(known):
        remove(folder / PASSWORD_FILE)
    return user


def first_password(folder: Path) -> str | None:
    """The generated password of `admin`, unless its file has been removed."""
    with suppress(OSError):
        return stored(folder / PASSWORD_FILE, size=PASSWORD_BYTES)
    return None

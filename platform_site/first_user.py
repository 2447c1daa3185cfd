"""The user `admin`, whose password is made once and kept in the data folder."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.models import User

from platform_site.data_dir import secret

USERNAME = "admin"
PASSWORD_FILE = "admin_password"  # noqa: S105 (the name of the file)


def ensure_first_user(folder: Path) -> User:
    """The user `admin`, made if there is none. The password file stands only while it
    holds the password: once somebody changed it, the file is removed."""
    user = User.objects.filter(username=USERNAME).first()
    if user is None:
        password = secret(folder, PASSWORD_FILE, size=12)
        return User.objects.create_superuser(USERNAME, password=password)
    known = first_password(folder)
    if known is not None and not user.check_password(known):
        (folder / PASSWORD_FILE).unlink()
    return user


def first_password(folder: Path) -> str | None:
    """The password of `admin`, if it still is the one that was made for it."""
    path = folder / PASSWORD_FILE
    return path.read_text().strip() if path.exists() else None

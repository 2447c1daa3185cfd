"""Secrets are made once; a file that cannot be one is set aside, and one line says so."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management.utils import get_random_secret_key

from platform_site.local.first_user import ensure_first_user, first_password
from platform_site.local.secret_files import secret


def test_a_secret_file_is_created_once_and_readable_by_its_owner_only(
    tmp_path: Path,
) -> None:
    made = secret(tmp_path, "secret_key")
    assert secret(tmp_path, "secret_key") == made
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("content", [None, b"", b"\x00" * 64, b"short"])
def test_processes_that_start_together_read_the_same_secret(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "secret_key").write_bytes(content)
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda _: secret(tmp_path, "secret_key"), range(8)))
    assert len(made) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'["a secret of the wrong shape, that is valid JSON and long enough"]',
        b"\xff" * 80,
        b"0" * 80,
        b"two\nlines" * 20,
    ],
)
def test_a_damaged_secret_file_is_kept_under_another_name(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "secret_key"
    path.write_bytes(content)
    assert len(secret(tmp_path, "secret_key")) >= 48
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{path} was damaged and has been replaced")
    assert (tmp_path / "secret_key.damaged-1").read_bytes() == content


def test_a_secret_file_written_by_a_person_is_used(tmp_path: Path) -> None:
    key = get_random_secret_key()
    (tmp_path / "secret_key").write_text(f"{key}\n")
    assert secret(tmp_path, "secret_key") == key


def test_a_folder_that_is_not_writable_is_reported_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="cannot be used: No such file or directory"):
        secret(tmp_path / "absent", "secret_key")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[1, 2]", b'{"password": "abc"}']
)
def test_an_unreadable_password_is_no_password(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "admin_password").write_bytes(content)
    user = ensure_first_user(tmp_path)
    password = first_password(tmp_path)
    assert password
    assert user.check_password(password)
    # Once there is a user, no one can know which password the file held.
    (tmp_path / "admin_password").write_bytes(content)
    ensure_first_user(tmp_path)
    assert not (tmp_path / "admin_password").exists()
    assert User.objects.count() == 1

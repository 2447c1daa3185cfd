"""The locks pin every package by version and hash, and name no registry."""

from __future__ import annotations

import re
import tomllib

import pytest

from platform_site.local.data_dir import BASE_DIR

LOCKS = ("requirements.txt", "requirements-dev.txt")
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,-]+\])?==(\S+)(.*)$")


def pins(lock: str) -> dict[str, tuple[str, int]]:
    """The version of each package, and how many hashes it has."""
    found: dict[str, tuple[str, int]] = {}
    name = ""
    for line in (BASE_DIR / lock).read_text().splitlines():
        if pin := PIN.match(line):
            name = pin[1]
            found[name] = (pin[2], 0)
        elif re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}( \\)?", line):
            version, hashes = found[name]
            found[name] = (version, hashes + 1)
        else:
            assert re.match(r" *#", line), line  # nothing else: no option, no address
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_its_hashes(lock: str) -> None:
    found = pins(lock)
    assert len(found) > 50
    assert [name for name, (_, hashes) in found.items() if not hashes] == []
    assert "://" not in (BASE_DIR / lock).read_text()


def test_both_locks_have_the_same_versions() -> None:
    runtime, development = map(pins, LOCKS)
    assert runtime.items() <= development.items()


def test_the_locks_have_every_dependency() -> None:
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())
    named = project["project"]["dependencies"]
    extras = project["project"]["optional-dependencies"]
    # Those of our own site, as the head of the lock says, and those that they consist of.
    head = (BASE_DIR / "requirements.txt").read_text().partition("==")[0]
    own = re.findall(r"--extra (\w+)", head)
    assert "site" in own
    for extra in (*own, "docs", "postgres", "tokens"):
        named = [*named, *extras[extra]]
    names = {re.split(r"[\[<>=; ]", each)[0] for each in named} - {"ostinato"}
    assert names <= pins("requirements.txt").keys()
    developers = project["dependency-groups"]["dev"]
    names = {re.split(r"[\[<>=; ]", each)[0] for each in developers}
    assert names <= pins("requirements-dev.txt").keys()

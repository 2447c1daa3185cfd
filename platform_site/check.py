"""`python -m platform_site.check`: whether another package has the name of one of ours.

Needs neither Django nor settings, as a project in which that is so may not start at all. It is
run in the folder of `manage.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import PathFinder
from pathlib import Path

NAMES = ("platform_site", "schedules", "triggers", "workflows")


def name_problems(path: Sequence[str]) -> Iterator[str]:
    """The packages and modules on `path` (`sys.path`) that bear a name of ours, each in one
    sentence with the remedy."""
    for name in NAMES:
        ours_was_found = False
        for folder in dict.fromkeys(str(Path(each or ".").resolve()) for each in path):
            if _is_ours(Path(folder)):
                ours_was_found = True
            elif place := _place(name, folder):
                yield _sentence(name, place, wins=not ours_was_found)


def _is_ours(folder: Path) -> bool:
    """Whether Ostinato is in this folder: an installed one, or a checkout."""
    return (folder / "platform_site" / "check.py").is_file()


def _place(name: str, folder: str) -> Path | None:
    """Where Python finds `name` in this folder. Folders without code are nothing to it."""
    spec = PathFinder.find_spec(name, [folder])
    if spec is None:
        return None
    if spec.origin:
        return Path(spec.origin)
    parts = map(Path, spec.submodule_search_locations or ())
    return next((part for part in parts if any(part.glob("*.py"))), None)


def _sentence(name: str, place: Path, *, wins: bool) -> str:
    is_package = place.is_dir() or place.name.startswith("__init__.")
    kind = "package" if is_package else "module"
    effect = (
        "is found before that of Ostinato, which cannot work"
        if wins
        else "is hidden by that of Ostinato"
    )
    return (
        f"There is another {kind} `{name}`, {place}, which {effect}. Rename it: the names "
        f"{', '.join(NAMES[:-1])} and {NAMES[-1]} are those of Ostinato's packages."
    )


def main() -> int:
    """Print what is wrong. Returns 1 if anything is."""
    problems = list(name_problems(sys.path))
    for problem in problems:
        print(problem)  # noqa: T201 - the answer of a command
    if not problems:
        print("No other package has the name of one of Ostinato's.")  # noqa: T201
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())

"""What the settings say about schedules of application code: their default owner, and the
models whose objects they may be for."""

from __future__ import annotations

from schedules.exceptions import InvalidSchedule
from workflows.kit.conf import conf
from workflows.kit.users import User, find_user

NO_OWNER = (
    'Give an owner, or set OSTINATO["OWNER"] to the natural key (such as the username) of the '
    "user who owns the schedules of the application."
)
UNKNOWN_OWNER = (
    'OSTINATO["OWNER"] is “{name}”, but no user has this natural key: create the user, correct '
    "the setting, or give an owner."
)


def default_owner() -> User:
    """The user that `OSTINATO["OWNER"]` names. Raises `InvalidSchedule` if there is none."""
    name: tuple[str, ...] | None = conf.OWNER
    if not name:
        raise InvalidSchedule(errors={"owner": [NO_OWNER]})
    found = find_user(*name)
    if found is None:
        why = UNKNOWN_OWNER.format(name=" ".join(map(str, name)))
        raise InvalidSchedule(errors={"owner": [why]})
    return found


def models_of_objects() -> list[str]:
    """The models of `OSTINATO["OBJECTS"]`, as Django's labels in lower case."""
    return [str(label).lower() for label in conf.OBJECTS]

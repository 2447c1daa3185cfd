"""What a token may be used for: a ladder of three steps, each with those below it."""

from __future__ import annotations

from django.db.models import TextChoices


class Scope(TextChoices):
    """`read`: look, and preview. `operate`: also pause, resume, run, backfill and cancel.
    `edit`: everything that the token's user may do."""

    READ = "read", "Read"
    OPERATE = "operate", "Operate"
    EDIT = "edit", "Edit"

    def allows(self, needed: Scope) -> bool:
        """Whether this scope is enough for what needs `needed`."""
        order = list(Scope)
        return order.index(self) >= order.index(needed)


def refusal(held: Scope, needed: Scope) -> str:
    """Why a token of the scope `held` is refused."""
    return f'This token has the scope "{held}"; this needs "{needed}".'

"""What a token may be used for: a ladder of three steps, each with those below it."""

from __future__ import annotations

from django.db.models import TextChoices

from workflows.kit.errors import NotAllowed


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


class InsufficientScope(NotAllowed):
    code = "insufficient_scope"
    remedy = "Ask a person for a token with that scope."

    def __init__(self, held: Scope, needed: Scope) -> None:
        super().__init__(f'This token has the scope "{held}"; this needs "{needed}".')


def require(needed: Scope, *, held: Scope) -> None:
    """Raises `InsufficientScope`, which names the scope that is needed."""
    if not held.allows(needed):
        raise InsufficientScope(held, needed)

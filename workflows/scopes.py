"""The scopes of tokens: three levels, each of which includes those below."""

from __future__ import annotations

from django.db.models import TextChoices

from workflows.kit.errors import NotAllowed
from workflows.kit.phrases import phrase


class Scope(TextChoices):
    """`read`: view and preview. `operate`: also pause, resume, run, backfill and cancel.
    `edit`: everything that the token's user may do."""

    READ = "read", phrase("Read")
    OPERATE = "operate", phrase("Operate")
    EDIT = "edit", phrase("Edit")

    def allows(self, needed: Scope) -> bool:
        """Whether this scope includes `needed`."""
        order = list(Scope)
        return order.index(self) >= order.index(needed)


class InsufficientScope(NotAllowed):
    code = "insufficient_scope"
    remedy = "Ask a person for a token with that scope."

    def __init__(self, held: Scope, needed: Scope) -> None:
        super().__init__(
            f'The token has the scope "{held}", but this requires "{needed}".'
        )


def require(needed: Scope, *, held: Scope) -> None:
    """Raise `InsufficientScope`, which names the required scope."""
    if not held.allows(needed):
        raise InsufficientScope(held, needed)

"""The kinds of refusals, for all apps.

An app subclasses a kind for refusals of its own. `message` is for people, and is used
unless the caller passes one; `code` is stable and for programs. `workflows.kit.refusals`
turns every other error that a caller may meet into one of these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Errors = Mapping[str, Sequence[str]]


class DomainError(Exception):
    """The request is refused."""

    code = "error"
    http_status = 400
    message: str = "The request cannot be carried out."
    remedy = ""  # for a model: what would be accepted, or how to proceed
    details: Mapping[str, Any] = {}  # additional data for programs

    def __init__(
        self,
        message: str = "",
        *,
        field: str | None = None,
        errors: Errors | None = None,
    ) -> None:
        """`field` names the only invalid input. `errors` holds the problems of several by
        field; the first of them is the message unless one is passed."""
        named = (f"{name}: {why[0]}" for name, why in (errors or {}).items())
        self.message = message or next(named, self.message)
        self.errors: dict[str, list[str]] = {
            name: list(reasons) for name, reasons in (errors or {}).items()
        }
        if field:
            self.errors.setdefault(field, []).append(self.message)
        super().__init__(self.message)

    @property
    def in_full(self) -> str:
        """One line for people: the message, and the problems that it does not contain."""
        problems = (
            f"{name}: {each}" for name, why in self.errors.items() for each in why
        )
        return " ".join([self.message, *(f for f in problems if f not in self.message)])


class InvalidInput(DomainError):
    code = "invalid"
    message = "The input is not valid."


class NotAllowed(DomainError):
    code = "not_allowed"
    http_status = 403
    message = (
        "You do not have permission to do this. Ask the owner or an administrator."
    )


class NotFound(DomainError):
    code = "not_found"
    http_status = 404
    message = "This does not exist, or you may not view it."


class WrongState(DomainError):
    code = "wrong_state"
    http_status = 409
    message = "This is not possible in the current state: read it again."


class Unprocessable(DomainError):
    code = "unprocessable"
    http_status = 422
    message = "The request is well formed, but it cannot be carried out."


class TooLarge(DomainError):
    code = "too_large"
    http_status = 413
    message = "The body is too large."

    def __init__(self, most: int) -> None:
        """`most` is the number of bytes that are accepted."""
        reason = f"Must have at most {most:,} bytes."
        super().__init__(self.message, errors={"body": [reason]})


class Unavailable(DomainError):
    """The database, Redis or the site itself cannot serve at the moment."""

    code = "unavailable"
    http_status = 503
    retry_after_seconds = 5
    remedy = "Try again in a few seconds. If the problem persists, inform the user."
    details = {"retry_after_seconds": retry_after_seconds}

    def __init__(self, cause: str = "The site is busy.") -> None:
        """`cause` is a sentence that states what does not work."""
        super().__init__(f"{cause} Nothing was done. Try again in a moment.")


class Unexpected(DomainError):
    """An error of the site, for one item of many when the others must still be answered."""

    http_status = 500
    message = "An unexpected error occurred. The site's log has the details."


class StaleVersion(WrongState):
    code = "stale_version"
    message = "The workflow has been changed in the meantime: read it again."

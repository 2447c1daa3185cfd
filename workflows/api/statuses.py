"""Which HTTP status each kind of refusal becomes: decided here, for every app."""

from __future__ import annotations

from workflows.exceptions import (
    DomainError,
    InvalidInput,
    NotAllowed,
    NotFound,
    TooLarge,
    Unavailable,
    Unprocessable,
    WrongState,
)

STATUS_OF: dict[type[DomainError], int] = {
    InvalidInput: 400,
    NotAllowed: 403,
    NotFound: 404,
    WrongState: 409,
    TooLarge: 413,
    Unprocessable: 422,
    Unavailable: 503,
}


def status_of(error: DomainError) -> int:
    """The status of the kind that `error` is of; 400 for one of no kind."""
    return next(
        (status for kind, status in STATUS_OF.items() if isinstance(error, kind)), 400
    )

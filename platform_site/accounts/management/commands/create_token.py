"""`manage.py create_token`: a token for the API."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from typing_extensions import override

from platform_site.accounts.tokens import LONGEST_DAYS, make_token
from workflows.kit.errors import DomainError
from workflows.scopes import Scope

clock = timezone.now  # noqa: TID251 - an entry point: here the clock is read


def days(text: str) -> int:
    """A life in whole days."""
    number = int(text)
    if not 1 <= number <= LONGEST_DAYS:
        raise argparse.ArgumentTypeError(f"days are 1 to {LONGEST_DAYS}")
    return number


class Command(BaseCommand):
    """The token is shown this once; only its digest is kept."""

    help = "Make an API token for a user. The last word of the output is the token."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the user name")
        parser.add_argument("--name", default="token", help="what it is for")
        parser.add_argument("--days", type=days, help="its life; without it, for ever")
        parser.add_argument(
            "--scope",
            choices=Scope.values,
            default=Scope.EDIT,
            help="read, operate (also pause, resume, run, cancel) or edit (everything)",
        )

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects
        user = users.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        name, now = options["name"], clock()
        ends = now + timedelta(days=options["days"]) if options["days"] else None
        try:
            token, text = make_token(
                user,
                name=name,
                expires_at=ends,
                now=now,
                scope=Scope(options["scope"]),
            )
        except DomainError as error:
            reasons = [why for field in error.errors.values() for why in field]
            raise CommandError(" ".join(reasons) or error.message) from error
        until = (
            f"until {token.expiry:%Y-%m-%d %H:%M} UTC" if token.expiry else "for ever"
        )
        self.stdout.write(
            f'Token {name!r} of {user.get_username()}, scope "{token.scope}", {until}: {text}'
        )

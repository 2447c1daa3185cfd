"""The kinds of environment variables: URLs, hosts, networks, email addresses, rates.

Each function raises `ValueError` for a value that could not work, so that it is refused at
the start and not where it is used first."""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote

import environ
from redis import ConnectionPool, RedisError

from workflows.kit.conf_kinds import Kind, matching
from workflows.kit.web_addresses import check_host, split

# As Django reads the Host header; a leading dot covers all subdomains.
HOST_NAME = re.compile(
    r"\*|\.?[a-z0-9-]+(\.[a-z0-9-]+)*\.?|\[[a-f0-9:.]+\]", re.IGNORECASE
)
ADDRESS = r"[^\s@<>(),;\"]+@[a-z0-9-]+(\.[a-z0-9-]+)*"
MAILBOX_TEXT = re.compile(
    rf'{ADDRESS}|([^<>@,;:"\\]+|"[^<>"\\]+")\s*<{ADDRESS}>', re.IGNORECASE
)
MAIL_SCHEMES = {"smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "dummymail"}
# Options of the connection that a Redis URL may set. Others would change what the client
# returns, or need values that are not text.
REDIS_OPTIONS = re.compile(
    r"db|username|password|client_name|protocol|health_check_interval"
    r"|socket_timeout|socket_connect_timeout|socket_keepalive"
    r"|ssl_(cert_reqs|ca_certs|ca_path|certfile|keyfile|password|check_hostname)"
)
POSTGRESQL = {"postgres", "postgresql", "psql", "pgsql"}
ENCODED = "special characters percent-encoded (/ as %2F, @ as %40, # as %23)"


def host(text: str) -> str:
    """A host name as a Host header holds it."""
    return matching(HOST_NAME, text)


def network(text: str) -> str:
    """An IP address or a network, returned as a network. All of the internet is refused."""
    found = ip_network(text, strict=False)
    if not found.prefixlen:
        raise ValueError
    return str(found)


def mailbox(text: str) -> str:
    """An email address, with or without a display name."""
    return matching(MAILBOX_TEXT, text)


def redis_url(text: str) -> str:
    """The URL of a Redis or Valkey server."""
    parts = split(text, {"redis", "rediss", "unix"})
    if parts.scheme == "unix":
        if not parts.path.strip("/"):
            raise ValueError
    else:
        check_host(parts)
        matching(re.compile(r"(/[0-9]{0,4})?"), parts.path)
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        matching(REDIS_OPTIONS, name)
        if value.startswith("-"):
            raise ValueError
    try:
        ConnectionPool.from_url(text).make_connection()  # this does not connect yet
    except (TypeError, RedisError) as error:  # an unknown option
        raise ValueError from error
    return text


def database_url(text: str) -> str:
    """The URL of a PostgreSQL database, or of an SQLite file in a folder that exists."""
    parts = split(text, {*POSTGRESQL, "sqlite"})
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme == "sqlite":
        # Several processes share it: a database in memory, or one relative to the working
        # directory, would be a different one for each of them.
        path = Path(name)
        if not path.is_absolute() or parts.netloc or parts.query or path.is_dir():
            raise ValueError
        if not path.parent.is_dir():
            raise ValueError
        return text
    if not name or "/" in name:
        raise ValueError
    if parts.netloc:
        check_host(parts, needed=False)
    if parts.query:
        _check_options(parts)
    return text


def _check_options(parts: SplitResult) -> None:
    """Raises `ValueError` for options that libpq does not know, such as settings of Django:
    some of those would keep the site from working."""
    # Imported here: it takes a fifth of a second, and sites on SQLite do not need it.
    from psycopg import ProgrammingError  # noqa: PLC0415
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415

    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    try:
        make_conninfo("", **options)
        int(options.get("connect_timeout", "0"))
    except ProgrammingError as error:
        raise ValueError from error


def email_url(text: str) -> dict[str, object]:
    """Django's mail settings for the URL of a mail server."""
    parts = split(text, MAIL_SCHEMES)
    if parts.scheme.startswith("smtp"):
        check_host(parts)
        if parts.path.strip("/") or parts.query:
            raise ValueError
    found: dict[str, object] = environ.Env.email_url_config(text)
    return {name: found[name] for name in found if name != "OPTIONS"}


HOST = Kind(
    "it must be a host such as ostinato.example.org, without scheme and port", host
)
NETWORK = Kind("it must be an IP address or a network such as 10.0.0.0/8", network)
MAILBOX = Kind(
    "it must be an email address such as ostinato@example.org or "
    "Ostinato <ostinato@example.org>",
    mailbox,
)
REDIS_URL = Kind(
    f"it must be a URL such as redis://:password@host:6379/0, with {ENCODED}", redis_url
)
DATABASE_URL = Kind(
    f"it must be a URL such as postgresql://user:password@host:5432/name, with {ENCODED} "
    "and optional libpq parameters (?sslmode=require), or sqlite:////folder/file in an "
    "existing folder",
    database_url,
)
EMAIL_URL = Kind(
    f"it must be a URL such as smtp+tls://user:password@host:587, with {ENCODED}",
    email_url,
)

"""The kinds of environment variables: URLs, hosts, networks, email addresses, rates.

Each function raises `ValueError` for a value that could not work, so that it is refused at
the start and not where it is used first."""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import environ
from redis import ConnectionPool, RedisError

from platform_site.variables import Kind, matching

# As Django reads the Host header; a leading dot covers all subdomains.
HOST_NAME = re.compile(
    r"\*|\.?[a-z0-9-]+(\.[a-z0-9-]+)*\.?|\[[a-f0-9:.]+\]", re.IGNORECASE
)
NAME = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
IPV6 = re.compile(r"[a-f0-9:.]*:[a-f0-9:.]*", re.IGNORECASE)
ADDRESS = r"[^\s@<>(),;\"]+@[a-z0-9-]+(\.[a-z0-9-]+)*"
MAILBOX_TEXT = re.compile(
    rf'{ADDRESS}|([^<>@,;:"\\]+|"[^<>"\\]+")\s*<{ADDRESS}>', re.IGNORECASE
)
# REST framework reads only the first letter of the period, and not before the first request:
# an unknown period would then fail every request with a server error.
RATE_TEXT = re.compile(r"[1-9][0-9]{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)")
DOTTED_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
FILES = {"sqlite", "unix"}
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


def site_address(text: str) -> str:
    """The URL of a site or an API, returned without its trailing slash."""
    parts = _web(text)
    if parts.query or parts.fragment:
        raise ValueError
    return text.rstrip("/")


def origin(text: str) -> str:
    """Scheme, host and optionally a port, nothing else."""
    parts = _web(text)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError
    return text.rstrip("/")


def host(text: str) -> str:
    """A host name as a Host header holds it."""
    return matching(HOST_NAME, text)


def network(text: str) -> str:
    """An IP address or a network, returned as a network. All of the internet is refused."""
    found = ip_network(text, strict=False)
    if not found.prefixlen:
        raise ValueError
    return str(found)


def module(text: str) -> str:
    """The dotted name of a Python module."""
    return matching(DOTTED_NAME, text)


def mailbox(text: str) -> str:
    """An email address, with or without a display name."""
    return matching(MAILBOX_TEXT, text)


def rate(text: str) -> str:
    """A number of requests per period, as REST framework's throttles take it."""
    return matching(RATE_TEXT, text)


def redis_url(text: str) -> str:
    """The URL of a Redis or Valkey server."""
    parts = _split(text, {"redis", "rediss", "unix"})
    if parts.scheme == "unix":
        if not parts.path.strip("/"):
            raise ValueError
    else:
        _host_of(parts)
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
    parts = _split(text, {*POSTGRESQL, "sqlite"})
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
        _host_of(parts, needed=False)
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
    parts = _split(text, MAIL_SCHEMES)
    if parts.scheme.startswith("smtp"):
        _host_of(parts)
        if parts.path.strip("/") or parts.query:
            raise ValueError
    found: dict[str, object] = environ.Env.email_url_config(text)
    return {name: found[name] for name in found if name != "OPTIONS"}


def _web(text: str) -> SplitResult:
    parts = _split(text, {"http", "https"})
    _host_of(parts)
    if "@" in parts.netloc:  # no user and no password belong here
        raise ValueError
    return parts


def _split(text: str, schemes: set[str]) -> SplitResult:
    parts = urlsplit(text)
    if "%00" in text or parts.netloc.endswith(":"):
        raise ValueError
    if parts.scheme not in schemes or not text.startswith(f"{parts.scheme}://"):
        raise ValueError
    # An unescaped /, ? or # in a password ends the part of the URL that holds the host. The
    # path of a local file may hold any character.
    is_path = parts.scheme in FILES
    if not is_path and (" " in text or "@" in parts.path + parts.fragment):
        raise ValueError
    return parts


def _host_of(parts: SplitResult, *, needed: bool = True) -> None:
    """Raises `ValueError` unless the host (if `needed`) and the port are possible."""
    name = parts.hostname or ""
    is_name = NAME.fullmatch(name) or IPV6.fullmatch(name)
    if parts.port == 0 or not (is_name or not (needed or name)):
        raise ValueError


SITE_ADDRESS = Kind(
    "it must be a URL such as https://ostinato.example.org, without user, password and query",
    site_address,
)
ORIGIN = Kind("it must be an origin such as https://ostinato.example.org:8443", origin)
HOST = Kind(
    "it must be a host such as ostinato.example.org, without scheme and port", host
)
NETWORK = Kind("it must be an IP address or a network such as 10.0.0.0/8", network)
MODULE = Kind("it must be the name of a Python module, such as ours.functions", module)
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
RATE = Kind(
    "it must be a rate such as 1000/hour: a whole number from 1, then second, minute, hour or "
    "day; leave it empty for the default",
    rate,
)

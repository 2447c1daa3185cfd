"""Whether a text is the URL of a site, an API or an origin. Raises `ValueError` if it is not,
so that it is refused at the start and not where it is used first."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

NAME = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
IPV6 = re.compile(r"[a-f0-9:.]*:[a-f0-9:.]*", re.IGNORECASE)
FILES = {"sqlite", "unix"}


def site_address(text: str) -> str:
    """The URL of a site or an API, returned without its trailing slash."""
    parts = _web(text)
    if parts.query or parts.fragment or not text.isascii():
        raise ValueError
    return text.rstrip("/")


def origin(text: str) -> str:
    """Scheme, host and optionally a port, nothing else."""
    parts = _web(text)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError
    return text.rstrip("/")


def split(text: str, schemes: set[str]) -> SplitResult:
    """The parts of a URL with one of these schemes."""
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


def check_host(parts: SplitResult, *, needed: bool = True) -> None:
    """Raises `ValueError` unless the host (if `needed`) and the port are possible."""
    name = parts.hostname or ""
    is_name = NAME.fullmatch(name) or IPV6.fullmatch(name)
    if parts.port == 0 or not (is_name or not (needed or name)):
        raise ValueError


def _web(text: str) -> SplitResult:
    parts = split(text, {"http", "https"})
    check_host(parts)
    if "@" in parts.netloc:  # no user and no password belong here
        raise ValueError
    return parts

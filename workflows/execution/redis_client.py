"""Clients of the Redis of a queue, in each of the ways in which `RQ_QUEUES` may name it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django_rq.connection_utils import get_redis_connection
from redis import ConnectionError, ConnectionPool, Redis, SSLConnection
from redis.backoff import NoBackoff
from redis.connection import UnixDomainSocketConnection, parse_url
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool

Config = Mapping[str, Any]
Options = dict[str, Any]
# django-rq sets no timeouts: a verb would hang forever on a Redis that accepts connections
# and never answers.
TIMEOUTS: Options = {
    "socket_connect_timeout": 2,
    "socket_timeout": 3,
    "socket_keepalive": True,
}


def new_client(config: Config, **firm: Any) -> Redis:
    """A pooled client for this entry of `RQ_QUEUES`, which connects on first use.

    The options of the entry replace ours, and `firm` replaces both. Only the client of a
    cache (`USE_REDIS_CACHE`) is taken as it is.
    """
    # One retry, since a pooled connection fails on its first use after a restart of Redis.
    retry = Retry(NoBackoff(), 1, supported_errors=(ConnectionError,))
    ours = TIMEOUTS | {"retry": retry}
    firm |= {"decode_responses": False}  # RQ reads bytes
    if "URL" in config:
        return _at_url(config, ours, firm)
    if "USE_REDIS_CACHE" in config:
        return get_redis_connection(dict(config))
    if "UNIX_SOCKET_PATH" not in config and "SENTINELS" in config:
        return _behind_sentinels(config, ours, firm)
    return Redis(**(ours | _address(config) | firm))


def _at_url(config: Config, ours: Options, firm: Options) -> Redis:
    options: Options = parse_url(config["URL"])  # type: ignore[no-untyped-call]
    if config.get("SSL"):
        options.setdefault("connection_class", SSLConnection)
    kind = options.get("connection_class")
    if kind is SSLConnection:
        ours = ours | {"ssl_cert_reqs": config.get("SSL_CERT_REQS", "required")}
    if kind is UnixDomainSocketConnection:
        ours = {name: ours[name] for name in ours if name != "socket_keepalive"}
    options = ours | {"db": config.get("DB") or 0} | options | firm
    return Redis.from_pool(ConnectionPool(**options))


def _address(config: Config) -> Options:
    options: Options = {
        "db": config.get("DB") or 0,
        "username": config.get("USERNAME"),
        "password": config.get("PASSWORD"),
    }
    if "UNIX_SOCKET_PATH" in config:
        options["unix_socket_path"] = config["UNIX_SOCKET_PATH"]
    else:
        options |= {
            "host": config["HOST"],
            "port": config["PORT"],
            "ssl": config.get("SSL", False),
            "ssl_cert_reqs": config.get("SSL_CERT_REQS", "required"),
        }
    options |= config.get("REDIS_CLIENT_KWARGS", {})
    return options


def _behind_sentinels(config: Config, ours: Options, firm: Options) -> Redis:
    login = {
        "db": config.get("DB") or 0,
        "username": config.get("USERNAME"),
        "password": config.get("PASSWORD"),
    }
    if config.get("SOCKET_TIMEOUT") is not None:
        ours = ours | {"socket_timeout": config["SOCKET_TIMEOUT"]}
    options = ours | login | config.get("CONNECTION_KWARGS", {}) | firm
    of_sentinels = TIMEOUTS | config.get("SENTINEL_KWARGS", {})
    of_sentinels |= {name: firm[name] for name in TIMEOUTS if name in firm}
    sentinels: Any = Sentinel  # it carries no types
    known = sentinels(config["SENTINELS"], sentinel_kwargs=of_sentinels, **options)
    return cast("Redis", known.master_for(config["MASTER_NAME"], redis_class=Redis))


def host_of(client: Redis) -> str:
    """The host that the client's configuration names: empty for a socket of this host, and
    that of the first Sentinel where Sentinels know the host."""
    pool = client.connection_pool
    if isinstance(pool, SentinelConnectionPool):
        pool = pool.sentinel_manager.sentinels[0].connection_pool
    options = pool.connection_kwargs
    return "" if "path" in options else str(options.get("host", "localhost"))

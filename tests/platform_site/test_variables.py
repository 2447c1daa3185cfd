"""Every environment variable has a type and bounds; other values are refused at the
start in one line that does not repeat it."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from platform_site.local.data_dir import BASE_DIR
from platform_site.settings import env
from platform_site.variables import Variables

NUMBERS = ["-1", "1.5", "ten", "1e3", "1_000", "٣", "99999999999999", "0x10"]
FLAGS = ["maybe", "treu", "2", "-"]
RATES = ["abc", "5", "5/fortnight", "0/minute", "-1/min", "1.5/s", "5/", "/s"]
ORIGINS = ["example.org", "ftp://a", "https://a/b", "https://u:p@a", "https://", "*"]
TEXTS = ["two\nlines", "a bell \x07", "x" * 10_001]
REFUSED = {
    "SECRET_KEY": ["a", "a" * 50, "short-but-varied", *TEXTS],
    "DEBUG": FLAGS,
    "ALLOWED_HOSTS": ["http://a", "a:80", "a b", "a/b", "a,b c"],
    "CSRF_TRUSTED_ORIGINS": ORIGINS,
    "SITE_URL": [
        "x",
        "ftp://a",
        "http://",
        "http://a:99999",
        "http://a:",
        "http://a/?b=c",
    ],
    "DATABASE_URL": [
        "nonsense",
        "mysql://u:p@h/name",
        "postgresql://u:pa/ss@h/name",
        "postgresql://u:pa#ss@h/name",
        "postgresql://u:pa?ss@h/name",
        "postgresql://h",
        "postgresql://h:70000/name",
        "sqlite://:memory:",
        "sqlite:////there/is/no/such/folder/file",
        "sqlite:///in/whatever/folder",
        "sqlite:////tmp",
        "postgresql://h/na%00me",
        "postgresql://h/name?no_such_option=1",
        "postgresql://h/name?conn_max_age=60",
        "postgresql://h/name?atomic_requests=true",
        "postgresql://h/name?connect_timeout=soon",
    ],
    "REDIS_URL": [
        "nonsense",
        "http://h",
        "redis://",
        "redis://:pa/ss@h:6379/0",
        "redis://:12/34@h:6379/0",
        "redis://:pa#ss@h:6379/0",
        "redis://:pa?ss@h:6379/0",
        "redis://h:0/0",
        "redis://h:port/0",
        "redis://h/name",
        "redis://h/0?no_such_option=1",
        "redis://h/0?socket_timeout=soon",
        "redis://[::1/0",
        "redis://h/0?socket_timeout=-1",
        "redis://h/0?protocol=9",
        "redis://h/0?decode_responses=true",
        "redis://h/0?retry=3",
        "rediss://h/0?ssl_cert_reqs=perhaps",
    ],
    "LIVE_TICK_SECONDS": ["0", *NUMBERS],
    "QUEUE_OLD_SECONDS": NUMBERS,
    "RUNS_KEPT_DAYS": NUMBERS,
    "RUNS_KEPT_AT_LEAST": NUMBERS,
    "FIRE_BATCH_SIZE": ["0", *NUMBERS],
    "WORK_PROCESS_RUNS": ["0", *NUMBERS],
    "WORK_PROCESS_MEGABYTES": ["63", *NUMBERS],
    "MAX_OPEN_RUNS": ["100001", *NUMBERS],
    "AGENTS_MAY_SCHEDULE": FLAGS,
    "AGENTS_PROPOSE": FLAGS,
    "AGENTS_MAY_SCHEDULE_FROM_SCHEDULES": FLAGS,
    "AGENT_MAX_ACTIVE_SCHEDULES": NUMBERS,
    "AGENT_MAX_KEPT_SCHEDULES": NUMBERS,
    "AGENT_MAX_CREATED_A_DAY": ["-5", *NUMBERS],
    "AGENT_MAX_RESUMED_AN_HOUR": NUMBERS,
    "AGENT_MIN_INTERVAL_SECONDS": ["0", *NUMBERS],
    "AGENT_MAX_DAYS": ["0", *NUMBERS],
    "AGENT_BASE_URL": ["x", "ftp://a", "https://user:password@a/v1", "https:///v1"],
    "AGENT_API_KEY": TEXTS,
    "AGENT_MODEL": TEXTS,
    "AGENT_MAX_REQUESTS": ["0", *NUMBERS],
    "AGENT_MAX_TOOL_CALLS": NUMBERS,
    "AGENT_MAX_TOKENS": ["0", *NUMBERS],
    "AGENT_MAX_SECONDS": ["0", *NUMBERS],
    "HTTP_NODE_ALLOWED_ORIGINS": ORIGINS,
    "WORKFLOW_FUNCTION_MODULES": ["a-b", "a..b", "1a", "a b", "a/b"],
    "CALLABLES": ["remind", "billing.*.remind", "a b.c"],
    "COMMANDS": ["clear sessions", "-x"],
    "OBJECTS": ["Invoice", "a.b.Invoice"],
    "OWNER": TEXTS,
    "WAIT_NODE_MAX_SECONDS": NUMBERS,
    "EXECUTION_TIMEOUT_SECONDS": ["0", *NUMBERS],
    "EMAIL_URL": [
        "mail://h",
        "smtp://",
        "smtp+tls://u:pa/ss@h:587",
        "smtp://h:x",
        "memorymail://",
        "filemail:///folder",
    ],
    "DEFAULT_FROM_EMAIL": [
        "ostinato",
        "a@",
        "@b",
        "a@b\nBcc: c@d",
        "a@b, c@d",
        "Ops <a@b>, c@d",
        "<a@b",
        "a@b c",
    ],
    "LOGIN_FAILURES": ["0", *NUMBERS],
    "LOGIN_LOCK_MINUTES": ["0", *NUMBERS],
    "LOGIN_RATE": RATES,
    "TRUSTED_PROXIES": ["*", "0.0.0.0/0", "::/0", "proxy.example", "10.0.0.300", "1/2"],
    "WEB_MAX_CONNECTIONS": ["9", *NUMBERS],
    "WEB_MAX_REQUESTS": ["0", *NUMBERS],
    "TIME_ZONE": ["Mars/Olympus", "../etc/passwd", "localtime", "utc+1"],
    "API_RATE": RATES,
    "HOOK_RATE": RATES,
    "LOG_LEVEL": ["LOUD", "10", "INFO DEBUG"],
}
ACCEPTED = [
    ("SECRET_KEY", "0123456789-0123456789-0123456789", None),
    ("DEBUG", "off", False),
    ("ALLOWED_HOSTS", "a.example, .b.example,[::1]", ["a.example", ".b.example", "[::1]"]),
    ("CSRF_TRUSTED_ORIGINS", "https://*.example.org", ["https://*.example.org"]),
    ("SITE_URL", "https://ostinato.example.org/", "https://ostinato.example.org"),
    ("DATABASE_URL", "postgresql://u:p%2Fw@h:5432/name?sslmode=require", None),
    ("DATABASE_URL", "postgresql://u@/name?host=/run/postgresql", None),
    ("REDIS_URL", "rediss://user:p%2Fw@h.example:6380/3", None),
    ("REDIS_URL", "unix:///run/redis.sock?db=1", None),
    ("REDIS_URL", "rediss://h/0?ssl_cert_reqs=none&socket_timeout=5", None),
    ("LIVE_TICK_SECONDS", " 45 ", 45),
    ("HTTP_NODE_ALLOWED_ORIGINS", "http://10.0.0.7:8080", ["http://10.0.0.7:8080"]),
    ("WORKFLOW_FUNCTION_MODULES", "a.b, c", ["a.b", "c"]),
    ("DEFAULT_FROM_EMAIL", "Ops <ops@example.org>", None),
    ("DEFAULT_FROM_EMAIL", '"Ops, Berlin" <ops@example.org>', None),
    ("DEFAULT_FROM_EMAIL", "Männer <ops@example.org>", None),
    ("TRUSTED_PROXIES", "127.0.0.1,10.1.2.3/8", ["127.0.0.1/32", "10.0.0.0/8"]),
    ("TIME_ZONE", "Europe/Berlin", "Europe/Berlin"),
    ("LOG_LEVEL", "debug", "DEBUG"),
]  # fmt: skip


def test_every_variable_is_tried_with_nonsense() -> None:
    assert REFUSED.keys() == env.declared.keys()


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name in REFUSED for text in REFUSED[name]]
)
def test_nonsense_is_refused_in_one_line_that_does_not_repeat_it(
    name: str, text: str
) -> None:
    with pytest.raises(SystemExit) as refusal:
        env.declared[name].value(text)
    accepted = env.declared[
        name
    ].kind.accepted_as_text  # the same words for every value
    assert str(refusal.value) == f"{name} is not valid: {accepted}."


@pytest.mark.parametrize(("name", "text", "value"), ACCEPTED)
def test_what_makes_sense_is_accepted(name: str, text: str, value: object) -> None:
    read = env.declared[name].value(text.strip())
    assert read == (text if value is None else value)


def test_the_parts_of_a_mail_url_become_settings() -> None:
    mail = env.declared["EMAIL_URL"].value("smtp+tls://user:p%2Fw@h.example:587")
    assert isinstance(mail, dict)
    assert mail["EMAIL_HOST_PASSWORD"] == "p/w"
    assert mail["EMAIL_USE_TLS"] is True


def test_a_blank_variable_has_its_default() -> None:
    blank = Variables({"N": "  "})
    assert blank.number("N", 7, minimum=1, maximum=9) == 7
    assert blank.flag("M", default=True) is True


@pytest.mark.heavy
def test_no_command_starts_with_a_wrong_one_and_the_secret_is_not_printed() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "platform_site.settings"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=BASE_DIR,
        env=environment | {"REDIS_URL": "redis://:s3/cret@localhost:6379/0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(r"REDIS_URL is not valid: .*%2F.*\n", done.stderr)
    assert "cret@" not in done.stderr

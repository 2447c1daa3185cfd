"""Our events in projects that have not set up structlog as our own site does."""

from __future__ import annotations

import logging
import sys

import pytest
import structlog

from workflows.kit.logs import get_logger

log = get_logger("ours")


def test_they_are_records_of_the_standard_library(
    bare_structlog: None,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.warning("tick_missed", schedule="a b", by=3, sure=True)
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("ours", logging.WARNING)
    assert record.getMessage() == 'tick_missed schedule="a b" by=3 sure=true'
    assert capsys.readouterr().out == ""


def test_handlers_get_the_exception(
    bare_structlog: None, caplog: pytest.LogCaptureFixture
) -> None:
    gone = LookupError("gone")
    try:
        raise gone
    except LookupError:
        log.exception("round_failed")
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[1] is gone
    assert record.getMessage() == "round_failed"


def test_the_level_of_the_project_decides(
    bare_structlog: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "ours")
    log.info("tick_fired")
    assert not log.isEnabledFor(logging.INFO)
    assert caplog.records == []


def test_a_project_with_structlog_of_its_own_gets_them_in_its_way(
    bare_structlog: None, capsys: pytest.CaptureFixture[str]
) -> None:
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *args: structlog.PrintLogger(sys.stdout),
        cache_logger_on_first_use=False,
    )
    own = get_logger("ours of this test")
    assert own.isEnabledFor(logging.INFO)
    own.info("tick_fired", by=3)
    assert capsys.readouterr().out == '{"by": 3, "event": "tick_fired"}\n'

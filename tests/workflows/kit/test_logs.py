"""Our events in projects that have not set up structlog as our own site does."""

from __future__ import annotations

import logging
import sys

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from workflows.kit.logs import LogBatch, get_logger, logfmt

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


def use_json() -> None:
    """structlog as a project may configure it."""
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *args: structlog.PrintLogger(sys.stdout),
        cache_logger_on_first_use=False,
    )


def test_a_project_with_structlog_of_its_own_gets_them_in_its_way(
    bare_structlog: None, capsys: pytest.CaptureFixture[str]
) -> None:
    use_json()
    own = get_logger("ours of this test")
    assert own.isEnabledFor(logging.INFO)
    own.info("tick_fired", by=3)
    assert capsys.readouterr().out == '{"by": 3, "event": "tick_fired"}\n'


def test_events_that_are_written_together_are_a_record_each(
    bare_structlog: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ours")
    batch = LogBatch("ours")
    batch.info("tick_fired", run="1", status="pending")
    batch.info("tick_fired", run="2 or 3")
    batch.info("all_done")
    assert caplog.records == []
    batch.write()
    batch.write()
    together = [(each.name, each.levelno, each.getMessage()) for each in caplog.records]
    caplog.clear()
    log.info("tick_fired", run="1", status="pending")
    log.info("tick_fired", run="2 or 3")
    log.info("all_done")
    alone = [(each.name, each.levelno, each.getMessage()) for each in caplog.records]
    assert together == alone
    assert len(together) == 3


def test_events_that_are_written_together_have_what_is_bound_to_the_context(
    bare_structlog: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ours")
    batch = LogBatch("ours")
    batch.info("tick_fired", run="1")
    with structlog.contextvars.bound_contextvars(request="r1"):
        batch.write()
    assert caplog.messages == ["tick_fired run=1 request=r1"]


def test_structlog_of_the_project_gets_each_of_the_events_written_together(
    bare_structlog: None, capsys: pytest.CaptureFixture[str]
) -> None:
    use_json()
    batch = LogBatch("ours of another test")
    batch.info("tick_fired", run="1")
    batch.info("tick_fired", run="2")
    batch.write()
    assert capsys.readouterr().out == (
        '{"run": "1", "event": "tick_fired"}\n{"run": "2", "event": "tick_fired"}\n'
    )


@given(st.dictionaries(st.sampled_from(["run", "tick", "name"]), st.text(max_size=6)))
def test_fields_are_written_as_structlog_does(fields: dict[str, str]) -> None:
    renderer = structlog.processors.LogfmtRenderer(bool_as_flag=False)
    assert logfmt(fields) == renderer(None, "info", dict(fields))


@given(st.lists(st.text(' ="\\\na', max_size=4), min_size=1, max_size=4))
def test_what_needs_quotes_gets_them(values: list[str]) -> None:
    fields = {f"f{number}": value for number, value in enumerate(values)}
    renderer = structlog.processors.LogfmtRenderer(bool_as_flag=False)
    assert logfmt(fields) == renderer(None, "info", dict(fields))

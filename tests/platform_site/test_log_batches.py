"""Events that are written together: the same lines, for a part of the price."""

from __future__ import annotations

import logging
import select
import time
from collections.abc import Callable, Iterator
from io import StringIO
from uuid import UUID, uuid4

import pytest
from structlog.contextvars import bound_contextvars

from platform_site.log_repeats import BoundedHandler
from workflows.kit.logs import LogBatch, get_logger

NAME = "tests.batches"
TICK = "2026-11-23T12:07:00+00:00"


class Lines(StringIO):
    """Remembers what was written at once."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return super().write(text)


@pytest.fixture
def ours() -> BoundedHandler:
    root = logging.getLogger()
    (ours,) = (each for each in root.handlers if isinstance(each, BoundedHandler))
    return ours


@pytest.fixture
def logger(ours: BoundedHandler) -> Iterator[logging.Logger]:
    """One whose records only our own handler gets, as those of all loggers of our site: the
    handlers that pytest adds are those of the root."""
    logger = logging.getLogger(NAME)
    root, logger.parent = logger.parent, logging.Logger("root")  # noqa: LOG001
    logger.parent.handlers = [ours]
    logger.setLevel(logging.INFO)
    yield logger
    logger.parent, logger.handlers, logger.filters = root, [], []
    logger.setLevel(logging.NOTSET)


@pytest.fixture
def written(logger: logging.Logger, ours: BoundedHandler) -> Iterator[Lines]:
    lines = Lines()
    before = ours.setStream(lines)
    yield lines
    ours.setStream(before)


def log_ticks(runs: list[UUID], **more: str) -> None:
    log = LogBatch(NAME)
    for run in runs:
        log.info("tick_fired", tick=TICK, run=str(run), status="pending", **more)
    log.write()


def without_times(lines: StringIO) -> list[str]:
    found = lines.getvalue().splitlines()
    assert all(line.startswith("timestamp=2") for line in found)
    return [line.split(" ", 1)[1] for line in found]


RUNS = [uuid4() for _ in range(100)]
ODD = [
    "two words",
    'a "b"',
    "a=b",
    "back\\slash",
    "two\nlines",
    "",
    "ä",
    "back \\ slash",
]


@pytest.mark.parametrize("value", ["overlap", *ODD])
def test_each_line_is_that_of_an_event_written_alone(
    written: Lines, value: str
) -> None:
    log_ticks(RUNS, reason=value)
    together = without_times(written)
    written.truncate(0)
    written.seek(0)
    for run in RUNS:
        get_logger(NAME).info(
            "tick_fired", tick=TICK, run=str(run), status="pending", reason=value
        )
    assert together == without_times(written)
    assert len(together) == len(RUNS)


def test_the_time_of_a_line_is_written_as_in_all_others(written: Lines) -> None:
    log_ticks(RUNS[:1])
    get_logger(NAME).info("alone")
    first, second = (line.split()[0] for line in written.getvalue().splitlines())
    shape = "timestamp=0000-00-00T00:00:00.000000Z"
    for line in (first, second):
        assert "".join("0" if c.isdigit() else c for c in line) == shape


def test_lines_are_written_together_but_never_more_than_a_pipe_keeps_whole(
    written: Lines,
) -> None:
    log_ticks(RUNS, name="ä" * 100)
    assert "".join(written.writes).count("\n") == len(RUNS)
    assert len(written.writes) < len(RUNS) / 5
    for text in written.writes:
        assert text.endswith("\n")
        assert len(text.encode()) <= select.PIPE_BUF


def test_a_token_in_a_field_is_not_written(written: Lines) -> None:
    log_ticks(RUNS, url="/api/v1/hooks/s3cret/")
    assert "s3cret" not in written.getvalue()
    assert written.getvalue().count("url=/api/v1/hooks/***/") == len(RUNS)


def test_what_is_bound_to_the_context_is_in_each_line(written: Lines) -> None:
    with bound_contextvars(request="r1"):
        log_ticks(RUNS)
    assert written.getvalue().count(" request=r1\n") == len(RUNS)


def test_another_handler_gets_a_record_of_each(
    written: Lines, logger: logging.Logger, ours: BoundedHandler
) -> None:
    log_ticks(RUNS)
    alone = without_times(written)
    written.truncate(0)
    written.seek(0)
    found: list[str] = []

    class Other(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(self.format(record))

    other = Other()
    other.setFormatter(ours.formatter)
    logger.addHandler(other)
    log_ticks(RUNS)
    assert [line.split(" ", 1)[1] for line in found] == alone
    assert without_times(written) == alone


def test_a_filter_is_asked_about_each(written: Lines, logger: logging.Logger) -> None:
    logger.addFilter(lambda record: str(RUNS[0]) not in str(record.msg))
    log_ticks(RUNS)
    assert len(without_times(written)) == len(RUNS) - 1


def test_the_level_decides(written: Lines, logger: logging.Logger) -> None:
    logger.setLevel(logging.WARNING)
    assert not LogBatch(NAME).is_written()
    log_ticks(RUNS)
    assert written.getvalue() == ""


def test_a_stream_that_is_gone_keeps_nothing_from_going_on(
    logger: logging.Logger, ours: BoundedHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(logging, "raiseExceptions", False)
    before = ours.setStream(Gone())
    log_ticks(RUNS)
    back = ours.setStream(StringIO())
    log_ticks(RUNS)
    assert len(without_times(ours.stream)) == len(RUNS)
    assert isinstance(back, Gone)
    ours.setStream(before)


def test_a_line_costs_a_quarter_of_one_written_alone(written: Lines) -> None:
    def one_by_one() -> None:
        for run in RUNS:
            get_logger(NAME).info(
                "tick_fired", tick=TICK, run=str(run), status="pending"
            )

    assert best(lambda: log_ticks(RUNS)) < best(one_by_one) / 4


def best(act: Callable[[], None]) -> float:
    """The least time of the processor of twenty calls."""

    def seconds() -> float:
        began = time.process_time()
        act()
        return time.process_time() - began

    return min(seconds() for _ in range(20))

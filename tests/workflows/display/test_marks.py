from __future__ import annotations

from pathlib import Path

from schedules.models import RunStatus
from workflows import admin
from workflows.display.marks import RUN_MARKS, UNKNOWN, Mark, mark_html, run_mark
from workflows.models import WorkflowExecution


def test_each_status_of_a_run_has_a_mark_with_a_drawing() -> None:
    statuses = {*RunStatus.values, *WorkflowExecution.Status.values}
    assert statuses == RUN_MARKS.keys()
    pages = Path(admin.__file__).parents[1] / "templates/ostinato/admin"
    drawn = (pages / "state_shapes.svg").read_text()
    assert all(f'id="s-{mark.shape}"' in drawn for mark in RUN_MARKS.values())


def test_an_unknown_status_has_a_mark_too() -> None:
    assert run_mark("from the future") is UNKNOWN


def test_a_mark_is_a_shape_a_word_and_a_colour() -> None:
    html = mark_html(Mark("failed", "Failed <b>", "bad", is_loud=True))
    assert 'class="o-state is-bad o-state--loud"' in html
    assert "#s-failed" in html
    assert "Failed &lt;b&gt;" in html


def test_a_hidden_word_is_still_read_aloud() -> None:
    html = mark_html(run_mark("succeeded"), word_hidden=True, small=True, plain=True)
    assert '<span class="o-sr">Succeeded</span>' in html
    assert "o-state--plain o-state--s" in html

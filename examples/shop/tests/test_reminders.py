"""The reminders of the shop, tried at other times than now. See `docs/testing.md`."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from rest_framework.test import APIClient

from schedules import every, once, pause, upsert
from schedules.models import ScheduledJob

BERLIN = "Europe/Berlin"


def test_an_open_invoice_is_reminded_of_every_morning(
    frozen_schedules, mailoutbox, invoice
) -> None:
    frozen_schedules.travel("2026-03-27 12:00", BERLIN)
    invoice.remind_every_morning()

    # Across the night in which the clocks go forward.
    frozen_schedules.travel("2026-03-30 12:00", BERLIN)
    runs = frozen_schedules.run_due()

    assert [(run.status, run.output) for run in runs] == [("succeeded", "reminded")] * 3
    assert [mail.to for mail in mailoutbox] == [["ada@example.com"]] * 3
    local = [timezone.localtime(run.scheduled_for) for run in runs]
    assert {time.strftime("%H:%M") for time in local} == {"09:00"}


def test_nobody_is_reminded_of_a_paid_invoice(
    frozen_schedules, mailoutbox, invoice
) -> None:
    invoice.remind_every_morning()
    invoice.is_paid = True
    invoice.save()
    frozen_schedules.travel(timedelta(days=1))
    (run,) = frozen_schedules.run_due()
    assert run.output == "paid"
    assert mailoutbox == []


def test_the_schedule_ends_with_its_invoice(frozen_schedules, invoice) -> None:
    invoice.remind_every_morning()
    invoice.delete()
    frozen_schedules.travel(timedelta(days=7))
    assert frozen_schedules.run_due() == []
    assert not ScheduledJob.objects.exists()


def test_the_reminder_is_due_at_nine(
    frozen_schedules, assert_next_ticks, invoice
) -> None:
    frozen_schedules.travel("2026-03-28 12:00", BERLIN)
    invoice.remind_every_morning()
    schedule = ScheduledJob.objects.get(key=f"invoice-{invoice.pk}")
    assert_next_ticks(schedule, ["2026-03-29 09:00", "2026-03-30 09:00"])


def test_it_is_kept_and_not_made_twice(frozen_schedules, invoice) -> None:
    invoice.remind_every_morning()
    pause(f"invoice-{invoice.pk}")
    invoice.remind_every_morning()
    assert ScheduledJob.objects.get().status == "paused"


def test_an_async_function_runs(frozen_schedules, office) -> None:
    upsert("quote", call="billing.tasks.quote", timing=every(hours=1))
    frozen_schedules.travel(timedelta(hours=1))
    (run,) = frozen_schedules.run_due()
    assert (run.status, run.output) == ("succeeded", {"USD": "1.07"})


def test_a_task_runs(frozen_schedules, office, invoice) -> None:
    now = frozen_schedules.travel("2026-04-01 00:00", BERLIN)
    invoice.sent_at, invoice.is_paid = now - timedelta(days=2), True
    invoice.save()
    upsert(
        "march",
        call="billing.tasks.close_month",
        arguments={"month": "2026-03-01"},
        timing=once(now + timedelta(hours=6)),
    )
    frozen_schedules.travel("2026-04-01 06:00", BERLIN)
    (run,) = frozen_schedules.run_due()
    assert (run.status, run.output) == ("succeeded", 1)


def test_a_failure_is_told_with_its_cause(
    frozen_schedules, invoice, monkeypatch
) -> None:
    def refuse(*args: object) -> None:
        raise ConnectionError("the mail server is away")

    monkeypatch.setattr("billing.tasks.send_mail", refuse)
    invoice.remind_every_morning()
    frozen_schedules.travel(timedelta(days=1))
    (run,) = frozen_schedules.run_due()
    assert run.status == "failed"
    assert isinstance(run.exception, ConnectionError)


def test_the_api_of_the_shop_is_as_it_was(invoice) -> None:
    answer = APIClient().get("/api/invoices/")
    assert answer.json() == [{"id": invoice.pk, "amount": "12.50", "is_paid": False}]

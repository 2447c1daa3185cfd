"""The people and the schedules of the sample site."""

from __future__ import annotations

from typing import Any, NamedTuple

PEOPLE = {
    "mara": ("Mara", "Lindqvist"),
    "jonas": ("Jonas", "Weber"),
    "tom": ("Tom", "Okafor"),
    "priya": ("Priya", "Nair"),
}


class Sample(NamedTuple):
    """`outcomes`: what became of the newest runs, newest first: `s`ucceeded, `f`ailed,
    `m`issed, `k` skipped, `c`ancelled, `r`unning; all older ones succeeded. `takes`: seconds.
    """

    name: str
    owner: str
    workflow: str
    fields: dict[str, Any]
    outcomes: str = ""
    takes: float = 4
    tags: tuple[str, ...] = ()


SAMPLES = (
    Sample(
        "Backup verification, eu-west",
        "tom",
        "Verify backups",
        {"cron_expression": "41 * * * *"},
        takes=70,
        tags=("backup",),
    ),
    Sample("Uptime probe", "tom", "Heartbeat", {"interval_seconds": 30}, takes=0.4),
    Sample(
        "Warehouse stock sync",
        "priya",
        "Stock sync",
        {"interval_seconds": 300},
        outcomes="ffffff",
        takes=9,
        tags=("stock",),
    ),
    Sample(
        "Price feed refresh",
        "jonas",
        "Price feed",
        {"interval_seconds": 900},
        outcomes="r",
        takes=40,
        tags=("stock",),
    ),
    Sample(
        "Month-end archive, invoices and delivery notes of all branches",
        "mara",
        "Archive documents",
        {"cron_expression": "15 0 * * *", "timezone": "Europe/Vienna"},
        outcomes="sssssssssssssssm",
        takes=120,
        tags=("finance", "nightly"),
    ),
    Sample(
        "Nightly invoice export",
        "mara",
        "Invoice export",
        {"cron_expression": "30 2 * * *", "timezone": "Europe/Berlin"},
        outcomes="sssssssskkk",
        takes=48,
        tags=("finance", "nightly"),
    ),
    Sample(
        "Search index rebuild",
        "tom",
        "Rebuild index",
        {"cron_expression": "0 4 * * sun", "timezone": "Europe/Berlin"},
        outcomes="sssssssssssssf",
        takes=900,
    ),
    Sample(
        "GDPR erasure sweep",
        "priya",
        "Erase expired data",
        {"interval_seconds": 21600},
        takes=30,
    ),
    Sample(
        "Currency rates",
        "jonas",
        "Fetch rates",
        {"cron_expression": "15 16 * * mon-fri", "timezone": "Europe/Berlin"},
        outcomes="sssssssssssm",
        takes=3,
        tags=("finance",),
    ),
    Sample(
        "Month-end close",
        "mara",
        "Close books",
        {"cron_expression": "0 18 L * *", "timezone": "Europe/Berlin"},
        takes=600,
        tags=("finance",),
    ),
    Sample(
        "Quarterly VAT return",
        "mara",
        "VAT return",
        {"cron_expression": "0 5 10 1,4,7,10 *", "timezone": "Europe/Berlin"},
        takes=200,
        tags=("finance",),
    ),
    Sample(
        "Ledger reconciliation",
        "jonas",
        "Reconcile ledger",
        {"cron_expression": "30 * * * *"},
        takes=55,
        tags=("finance",),
    ),
    Sample(
        "Partner feed, Nordics",
        "priya",
        "Partner feed",
        {"cron_expression": "*/20 * * * *"},
        outcomes="fff",
        takes=60,
    ),
    Sample(
        "Customer digest",
        "jonas",
        "Customer digest",
        {"cron_expression": "0 7 * * mon-fri", "timezone": "Europe/London"},
        outcomes="kk",
        takes=20,
    ),
    Sample(
        "Sandbox clean-up",
        "tom",
        "Clean sandboxes",
        {"interval_seconds": 7200, "pause_after_failures": 5},
        outcomes="fffffssfssssf",
        takes=80,
    ),
    Sample("Easter price lock", "jonas", "Lock prices", {"run_at": None}, outcomes="s"),
    Sample(
        "Weekly churn report",
        "priya",
        "Churn report",
        {"cron_expression": "0 6 * * mon", "timezone": "Europe/London"},
    ),
    Sample(
        "Retry failed refunds",
        "jonas",
        "Refunds",
        {"interval_seconds": 1800},
    ),
    Sample(
        "التقرير اليومي <b>للمبيعات</b> 📈",
        "priya",
        "Sales report",
        {"cron_expression": "0 5 * * *", "timezone": "Africa/Cairo"},
        takes=12,
    ),
)
PROPOSED = {"Weekly churn report", "Retry failed refunds"}
PAUSED = {"Customer digest": "waiting for the new template"}
OVERDUE = {"Backup verification, eu-west"}
ENDED = {"Easter price lock"}

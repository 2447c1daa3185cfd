"""python -m tests.chaos [--soak MINUTES] [--database sqlite|postgresql|both]

Faults on real processes: two schedulers, two workers, a Valkey and a database of their
own. Without `--soak` each fault once, as the test suite does; with it, faults at random
for so many minutes. Prints the summary; exit status 1 if anything was lost or doubled, or
mended too late.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import django

from tests.chaos.databases import own_database
from tests.chaos.report import Report, summary
from tests.chaos.site import Site
from tests.postgresql import postgresql_server

DRILLS = ("batches", "outages", "deaths")
HOME = Path(__file__).resolve().parents[2]


@contextmanager
def running(
    drill: str, *, server_url: str, seed: int, soak_minutes: float = 0
) -> Iterator[subprocess.Popen[str]]:
    """A drill in a process of its own, whose output is its report."""
    command = [sys.executable, "-m", "tests.chaos", "--drill", drill, "--json"]
    command += ["--seed", str(seed), "--soak", str(soak_minutes)]
    command += ["--server", server_url]
    process = subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()


def finished(process: subprocess.Popen[str]) -> Report:
    """The report of a running drill, when it is over."""
    output, _ = process.communicate()
    return Report.from_json(output.splitlines()[-1])


def carry_out(drill: str, *, server_url: str, seed: int, soak_minutes: float) -> Report:
    """The drill, in this process."""
    database_name = "PostgreSQL" if server_url else "SQLite"
    report = Report(drill, database_name, seed)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        database = stack.enter_context(own_database(server_url, folder))
        site = Site(folder, database, seed)
        os.environ.update(site.environment, LOG_LEVEL="INFO")
        stack.enter_context(site.serving())
        _set_up_django()
        from tests.chaos import drill as drills

        try:
            drills.run(drills.DRILLS[drill], site, report, soak_minutes=soak_minutes)
        except Exception as error:  # noqa: BLE001 the report tells it
            report.problems.append(f"the drill itself failed: {error!r}")
        if report.problems:
            report.logs = site.end_of_logs()
        _forget_connections()
    return report


def _set_up_django() -> None:
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _forget_connections() -> None:
    from django.db import connections

    connections.close_all()


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    if options.json:
        # Asked to end, it still ends what it started.
        signal.signal(signal.SIGTERM, lambda signum, frame: sys.exit(1))
        report = carry_out(
            options.drill[0],
            server_url=options.server,
            seed=options.seed,
            soak_minutes=options.soak,
        )
        say(report.as_json())
        return 0
    reports = list(_all(options))
    say(*summary(reports))
    wrong = [report for report in reports if report.problems]
    for report in wrong:
        say("", f"{report.database}, {report.drill}", report.told())
    return 1 if wrong else 0


def say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


def _all(options: argparse.Namespace) -> Iterator[Report]:
    if options.database in ("postgresql", "both"):
        with postgresql_server() as url:
            yield from _side_by_side(options, url)
    if options.database in ("sqlite", "both"):
        yield from _side_by_side(options, "")


def _side_by_side(options: argparse.Namespace, server_url: str) -> list[Report]:
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                running(
                    drill,
                    server_url=server_url,
                    seed=options.seed,
                    soak_minutes=options.soak,
                )
            )
            for drill in options.drill
        ]
        return [finished(process) for process in processes]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--soak", type=float, default=0, metavar="MINUTES")
    databases = ("sqlite", "postgresql", "both")
    parser.add_argument("--database", choices=databases, default="both")
    parser.add_argument("--drill", nargs="+", choices=DRILLS, default=DRILLS)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--server", default="", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

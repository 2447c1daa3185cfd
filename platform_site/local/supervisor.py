"""Keeps services running, and ends them in the reverse order of their start."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from platform_site.local.child_processes import end_group, how_it_ended
from platform_site.local.restarts import back_off
from platform_site.local.stop_signals import StopSignals

IDLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Service:
    """A program that should run all the time."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]


@dataclass(slots=True)
class Child:
    """A service and its process; `restart_at` is set while it waits for its restart."""

    service: Service
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    restart_at: float | None = None


class Supervisor:
    """Starts services in stages; `report` receives lines for the person at the terminal."""

    def __init__(self, signals: StopSignals, report: Callable[[str], None]) -> None:
        self._signals = signals
        self._report = report
        self._stages: list[tuple[list[Child], Sequence[float]]] = []

    def start(self, *services: Service, grace: Sequence[float]) -> list[Child]:
        """Start a stage of services. When it is ended, each process gets a SIGTERM for each of
        the numbers in `grace`, with that many seconds to end; after that it is killed."""
        stage: list[Child] = []
        self._stages.append((stage, grace))
        for service in services:
            # One by one: if a later one cannot start, the earlier ones must be ended.
            stage.append(  # noqa: PERF401
                Child(service, service.start(), time.monotonic())
            )
        return stage

    def watch(self, every: Callable[[], None]) -> None:
        """Restart services that end, until a stop is requested; call `every` at least each minute."""
        while not self._signals.requested:
            seconds = self._restart_what_ended(time.monotonic())
            every()
            self._signals.wait(seconds)

    def stop(self) -> None:
        """End every stage, the last one first. A second request to stop cuts the waiting short."""
        while self._stages:
            stage, grace = self._stages.pop()
            running = [child.process for child in stage if child.restart_at is None]
            for seconds in grace:
                self._terminate(running, time.monotonic() + seconds)
            for process in running:
                end_group(process)

    def _terminate(
        self, processes: list[subprocess.Popen[bytes]], deadline: float
    ) -> None:
        for process in processes:
            process.terminate()  # does nothing to one that has ended
        while any(process.poll() is None for process in processes):
            left = deadline - time.monotonic()
            if left <= 0 or self._signals.requests > 1:
                return
            self._signals.wait(left)

    def _restart_what_ended(self, now: float) -> float:
        """Check every child once; returns the seconds until the next check is due."""
        children = [child for stage, _ in self._stages for child in stage]
        for child in children:
            if child.restart_at is None and child.process.poll() is not None:
                self._plan_restart(child, now)
            if child.restart_at is not None and child.restart_at <= now:
                self._restart(child, now)
        waiting = [
            child.restart_at for child in children if child.restart_at is not None
        ]
        return min((at - now for at in waiting), default=IDLE_SECONDS)

    def _plan_restart(self, child: Child, now: float) -> None:
        child.failures, delay = back_off(child.failures, ran_for=now - child.started_at)
        child.restart_at = now + delay
        end = how_it_ended(child.process.returncode)
        self._report(f"{child.service.name} {end}; restarting it in {delay:g} s")

    def _restart(self, child: Child, now: float) -> None:
        try:
            child.process = child.service.start()
        except OSError as error:  # such as a full disk: the others keep running
            child.failures, delay = back_off(child.failures, ran_for=0)
            child.restart_at = now + delay
            self._report(
                f"{child.service.name} cannot be started ({error.strerror or error}); "
                f"trying again in {delay:g} s"
            )
            return
        child.started_at, child.restart_at = now, None

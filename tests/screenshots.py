"""Take the pictures of the documents again: `python -m tests.screenshots` (needs Chromium).

Starts a separate site with the demo data, adds some believable schedules, waits until
their runs have ended, and captures the list of schedules in the admin, the form of a new one
that calls a function, and the canvas of a workflow: light, dark, and on the screen of a phone.
Then a browser test takes those of the other pages of the admin (`test_pictures.py`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.error import URLError
from urllib.request import Request, urlopen

from playwright.sync_api import Page, sync_playwright

from platform_site.local.child_processes import free_port
from platform_site.local.data_dir import BASE_DIR

IMAGES = BASE_DIR / "docs" / "images"
LIST = "schedules.png"
FORM = "schedule-a-function.png"
WIDTH, HEIGHT = 1280, 736
# Width and height of the screen, and its colours.
CANVAS = {
    "canvas-light.png": (1280, 860, "light"),
    "canvas-dark.png": (1280, 860, "dark"),
    "canvas-narrow.png": (360, 860, "light"),
}
MOST_BYTES = 200_000
# What the site needs of the environment, which may be that of a test.
INHERITED = ("PATH", "HOME", "LANG")
PATIENCE_SECONDS = 90
# Workflows, and schedules of each as the API takes them.
WORKFLOWS: dict[str, tuple[dict[str, Any], ...]] = {
    "Invoice export": (
        {
            "name": "Export invoices to accounting",
            "cron_expression": "30 2 * * mon-fri",
            "timezone": "Europe/Berlin",
        },
    ),
    "Exchange rates": (
        {"name": "Refresh exchange rates", "interval_seconds": 900},
        {
            "name": "Month-end exchange rates",
            "cron_expression": "0 18 LW * *",
            "timezone": "America/New_York",
        },
    ),
    "Weekly digest": (
        {
            "name": "Weekly digest to customers",
            "cron_expression": "0 8 * * mon",
            "timezone": "Asia/Tokyo",
        },
    ),
    "Stock levels": (
        {"name": "Import stock levels", "cron_expression": "15 */2 * * *"},
    ),
    "Clean up uploads": (
        {"name": "Remove expired uploads", "cron_expression": "*/10 8-23 * * *"},
    ),
}
SUCCEEDS = "template", {"text": "Done for {{ trigger.scheduled_for }}."}
# Refused: it is not on the public internet.
FAILS = "http_request", {"url": "http://10.0.0.7/stock"}
# The workflow whose canvas is captured: type, label, configuration and place of each node.
DRAWN = "Invoice follow-up"
NODES: dict[str, tuple[str, str, dict[str, Any], tuple[int, int]]] = {
    "evening": ("trigger_schedule", "Every evening", {}, (140, 0)),
    "fetch": (
        "http_request",
        "Fetch overdue invoices",
        {"url": "https://api.example.com/invoices?overdue=yes"},
        (140, 120),
    ),
    "any": (
        "switch",
        "Any to send?",
        {"cases": [{"when": "nodes.fetch.body", "port": "some"}]},
        (140, 220),
    ),
    "remind": ("template", "Write reminders", {"text": "Dear customer"}, (0, 340)),
    "nothing": ("template", "Nothing to send", {"text": "Nothing"}, (280, 340)),
}
EDGES = (
    ("evening", "fetch", "out"),
    ("fetch", "any", "out"),
    ("any", "remind", "some"),
    ("any", "nothing", "default"),
)
PAUSED = {"Weekly digest to customers": "until the new template is approved"}


def main() -> None:
    capture_site(IMAGES)
    of_admin = ["-m", "pytest", "-q", "-n0", "-m", "slow", "-k", "pages_of_the_admin"]
    subprocess.run(
        [sys.executable, *of_admin, "tests/browser/admin/test_pictures.py"],
        env=os.environ | {"PICTURES": str(IMAGES)},
        cwd=BASE_DIR,
        check=True,
    )


def capture_site(images: Path) -> None:
    """The pictures of the list, the form and the canvas, taken of a site with demo data."""
    with tempfile.TemporaryDirectory(prefix="ostinato-pictures-") as folder:
        environment = {
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
            "DATA_DIR": f"{folder}/var",
            "LOG_LEVEL": "WARNING",
        }
        with running_site(environment) as address:
            fill(address, environment)
            password = Path(folder, "var", "admin_password").read_text()
            capture(address, password, images)
    for picture in (LIST, FORM, *CANVAS):
        size = (images / picture).stat().st_size
        if size > MOST_BYTES:
            sys.exit(f"{picture} has {size} bytes; the limit is {MOST_BYTES}.")
        sys.stdout.write(f"{picture}: {size} bytes\n")


@contextmanager
def running_site(environment: dict[str, str]) -> Iterator[str]:
    """Run a whole site with the demo data; yields its address."""
    port = free_port()
    words = [*manage("up"), "--demo", "--port", str(port)]
    with subprocess.Popen(words, env=environment, cwd=BASE_DIR) as site:
        try:
            address = f"http://127.0.0.1:{port}"
            until(lambda: ready(address))
            yield address
        finally:
            site.terminate()


def manage(*words: str) -> list[str]:
    return [sys.executable, str(BASE_DIR / "manage.py"), *words]


def ready(address: str) -> bool:
    try:
        with urlopen(f"{address}/readyz") as answer:
            return bool(json.load(answer)["ready"])
    except (URLError, ConnectionError):
        return False


def until(condition: Any) -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > ends_at:
            sys.exit(f"The site was not ready within {PATIENCE_SECONDS} seconds.")
        time.sleep(0.3)


def fill(address: str, environment: dict[str, str]) -> None:
    """Add the workflows and schedules, run each once, and pause some."""
    words = manage("create_token", "admin", "--name", "pictures", "--days", "1")
    made = subprocess.run(
        words, env=environment, cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    token = made.stdout.split()[-1]

    def api(method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        }
        request = Request(f"{address}/api/v1/{path}", data, headers, method=method)
        with urlopen(request) as answer:
            return json.load(answer)

    for name, schedules in WORKFLOWS.items():
        workflow = api("POST", "workflows/", {"name": name})["id"]
        step = FAILS if name == "Stock levels" else SUCCEEDS
        api("PUT", f"workflows/{workflow}/graph/", graph(*step))
        for schedule in schedules:
            made_one = api("POST", "schedules/", {**schedule, "workflow": workflow})
            id_ = made_one["id"]
            api("POST", f"schedules/{id_}/run/", {})
            until(lambda: has_run(api("GET", f"schedules/{id_}/runs/")["results"]))  # noqa: B023
            if note := PAUSED.get(schedule["name"]):
                api("POST", f"schedules/{id_}/pause/", {"note": note})
    workflow = api("POST", "workflows/", {"name": DRAWN})["id"]
    api("PUT", f"workflows/{workflow}/graph/", drawing())
    evening = {"name": "Invoices", "cron_expression": "40 23 * * *"}
    api("POST", "schedules/", {**evening, "workflow": workflow})


def drawing() -> dict[str, Any]:
    """The graph of the workflow whose canvas is captured."""
    return {
        "nodes": [
            {
                "node_id": node_id,
                "component_type": type_,
                "label": label,
                "config": config,
                "position": {"x": x, "y": y},
            }
            for node_id, (type_, label, config, (x, y)) in NODES.items()
        ],
        "edges": [
            {"source": source, "target": target, "source_port": port}
            for source, target, port in EDGES
        ],
    }


def has_run(runs: list[dict[str, Any]]) -> bool:
    return any(run["origin"] == "manual" and run["finished_at"] for run in runs)


def graph(component: str, config: dict[str, Any]) -> dict[str, Any]:
    """A trigger and one step."""
    return {
        "nodes": [
            {"node_id": "start", "component_type": "trigger_schedule"},
            {"node_id": "work", "component_type": component, "config": config},
        ],
        "edges": [{"source": "start", "target": "work"}],
    }


def capture(address: str, password: str, images: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        sign_in(page, f"{address}/admin/login/", password)
        schedules = f"{address}/admin/ostinato_schedules/scheduledjob/"
        capture_list(page, schedules, images / LIST)
        capture_form(page, f"{schedules}add/", images / FORM)
        page.goto(f"{address}/admin/ostinato_workflows/workflow/")
        row = page.get_by_role("row", name=DRAWN)
        row.get_by_role("link", name="Open canvas").click()
        for picture, look in CANVAS.items():
            capture_canvas(page, images / picture, *look)
        browser.close()


def sign_in(page: Page, address: str, password: str) -> None:
    page.goto(address)
    page.fill("#id_username", "admin")
    page.fill("#id_password", password.strip())
    page.click("[type=submit]")
    page.wait_for_selector("#user-tools")


def capture_list(page: Page, address: str, picture: Path) -> None:
    page.goto(address)
    page.wait_for_selector("#result_list")
    page.screenshot(path=picture)


def capture_form(page: Page, address: str, picture: Path) -> None:
    """A new schedule of a function, with the fields of its arguments."""
    page.goto(address)
    page.fill("#id_name", "Count the words of the motto")
    page.select_option("#id_call", "workflows.example_functions.text_summary")
    page.fill("#id_argument-text", "Every tick is accounted for.")
    page.fill("#id_cron_expression", "30 2 * * mon-fri")
    page.get_by_text("At 02:30, Monday to Friday").first.wait_for()
    page.evaluate("scrollTo(0, 300)")
    page.screenshot(path=picture)


def capture_canvas(
    page: Page,
    picture: Path,
    width: int,
    height: int,
    scheme: Literal["light", "dark"],
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme)
    page.reload()  # the drawing fits the window that it is opened in
    page.wait_for_selector(".react-flow__node")
    page.wait_for_timeout(1_000)  # fonts, and the way of the drawing to its place
    page.screenshot(path=picture)


if __name__ == "__main__":
    main()

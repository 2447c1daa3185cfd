"""A provider on loopback that speaks OpenAI's chat completions, and says what it is told."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from typing_extensions import override

Json = dict[str, Any]
# From the body of a request to a status and a body.
Reply = Callable[[Json], tuple[int, Json | bytes]]


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append(Seen(self.path, headers, body))
        status, answer = self.server.reply(body)
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


@dataclass(frozen=True)
class Seen:
    path: str
    headers: dict[str, str]
    body: Json


@dataclass
class Script:
    """Replies, one after the other; the last one again and again."""

    replies: list[Reply]
    asked: int = 0

    def __call__(self, body: Json) -> tuple[int, Json | bytes]:
        reply = self.replies[min(self.asked, len(self.replies) - 1)]
        self.asked += 1
        return reply(body)


class Provider(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[Seen] = []
        self.headers: dict[str, str] = {}
        self.reply: Reply = says("Hello.")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def follow(self, *replies: Reply) -> None:
        self.reply = Script(list(replies))

    @override
    def handle_error(self, *args: Any) -> None:
        """A client that hangs up is part of these tests."""


@contextmanager
def provider() -> Iterator[Provider]:
    server = Provider()
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def says(text: str) -> Reply:
    return lambda body: (200, _completion(body, {"content": text}))


def answers(**parts: Any) -> Reply:
    """A completion of which these parts are not as they should be."""
    return lambda body: (200, _completion(body, {"content": "Hello."}) | parts)


def calls(name: str, arguments: Json | Callable[[Json], Json] | None = None) -> Reply:
    """A tool call; its arguments may be made from the result of the one before."""

    def reply(body: Json) -> tuple[int, Json]:
        given = arguments or {}
        if callable(given):
            given = given(json.loads(body["messages"][-1]["content"]))
        return asks_for({"name": name, "arguments": json.dumps(given)})(body)

    return reply


def asks_for(function: Json, type_: str = "function") -> Reply:
    """A call of whatever is said to be a function."""

    def reply(body: Json) -> tuple[int, Json]:
        call = {
            "id": f"call-{len(body['messages'])}",
            "type": type_,
            type_: function,
        }
        return 200, _completion(body, {"content": None, "tool_calls": [call]})

    return reply


def fails(status: int, message: str = "") -> Reply:
    return lambda body: (status, {"error": {"message": message, "type": "error"}})


def sends(content: bytes, status: int = 200) -> Reply:
    return lambda body: (status, content)


def packs(reply: Reply) -> Reply:
    """The same in gzip; the header that says so is the server's."""

    def packed(body: Json) -> tuple[int, bytes]:
        status, answer = reply(body)
        return status, gzip.compress(json.dumps(answer).encode())

    return packed


def dawdles(seconds: float) -> Reply:
    def reply(body: Json) -> tuple[int, Json | bytes]:
        time.sleep(seconds)
        return says("At last.")(body)

    return reply


def _completion(body: Json, message: Json) -> Json:
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    return {
        "id": "completion",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": body["model"],
        "choices": [
            {
                "index": 0,
                "finish_reason": reason,
                "message": {"role": "assistant", **message},
            }
        ],
        "usage": {"prompt_tokens": 40, "completion_tokens": 2, "total_tokens": 42},
    }


def conversation(target: str) -> list[Reply]:
    """List, create, pause and stop a schedule of the workflow `target`, then report."""

    def found(result: Json) -> Json:
        return {"schedule_id": result["id"]}

    return [
        calls("schedule_list"),
        calls(
            "schedule_create",
            {"name": "report", "workflow": target, "cron_expression": "0 9 * * mon"},
        ),
        calls("schedule_pause", lambda made: {**found(made), "note": "not yet"}),
        calls(
            "schedule_stop", lambda held: {**found(held), "note": "no longer needed"}
        ),
        says("I made, paused and removed the schedule."),
    ]

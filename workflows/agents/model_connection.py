"""Synchronous requests to the model, which the caller can interrupt.

The model's library is asynchronous. Its event loop runs in a thread of its own, and the
caller's thread only waits: tools, the database and the signals that end a run stay in it.
Inside an event loop, an exception that a signal handler raises would hit any task that
happens to run, or be swallowed.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from types import TracebackType
from typing import Self

from pydantic_ai.direct import model_request
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters

from workflows.agents import provider
from workflows.agents.scripted import scripted_model

CHECK_EVERY_SECONDS = 0.5
# Longer than connections take to close. A thread that hangs ends with the process.
JOIN_SECONDS = 2.0


class ModelConnection:
    """A context manager. Within it, `request` sends messages to the model."""

    def __init__(self, model_name: str, *, is_scripted: bool = False) -> None:
        """`is_scripted`: the script of the demonstration, which needs no provider."""
        self._model_name = model_name
        self._is_scripted = is_scripted
        self._model: Future[Model] = Future()
        self._over = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True, name="model")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(JOIN_SECONDS)

    def request(
        self,
        messages: list[ModelMessage],
        parameters: ModelRequestParameters,
        *,
        check: Callable[[], None],
    ) -> ModelResponse:
        """The model's response. Raises what the library raises.

        `check` is called every 0.5 s meanwhile; an exception of it ends the wait.
        """
        response = asyncio.run_coroutine_threadsafe(
            self._request(messages, parameters), self._loop
        )
        try:
            while not wait([response], CHECK_EVERY_SECONDS).done:
                check()
            return response.result()
        finally:
            response.cancel()

    async def _request(
        self, messages: list[ModelMessage], parameters: ModelRequestParameters
    ) -> ModelResponse:
        model = await asyncio.wrap_future(self._model)
        return await model_request(model, messages, model_request_parameters=parameters)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        if self._is_scripted:
            self._model.set_result(scripted_model())
            await self._over.wait()
            return
        try:
            async with provider.site_model(self._model_name) as model:
                self._model.set_result(model)
                await self._over.wait()
        # The thread that waits for the response raises it.
        except Exception as error:  # noqa: BLE001
            if not self._model.done():
                self._model.set_exception(error)
                # The loop must run until the waiting thread has received the error.
                await self._over.wait()

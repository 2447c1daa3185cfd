"""The site's model, by the settings: nothing that a node says leads anywhere else.

The key stands in no text that leaves this module.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from httpx2 import AsyncByteStream, Response
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelConnectionError,
    ModelHTTPError,
    ModelQuotaExceededError,
    UnexpectedModelBehavior,
)
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from typing_extensions import override

from workflows.hiding import without_known, without_suspects

MAX_BYTES = 4 * 1024 * 1024
MAX_TOLD = 300
# Another try may succeed after these: a moment's overload, or a fault of a gateway.
PASSING = {408, 409, 425, 429, 500, 502, 503, 504, 529}
UNAUTHORIZED = {401, 403}


@asynccontextmanager
async def site_model(name: str) -> AsyncIterator[Model]:
    """The model of that name at the site's provider; its connections end with the body."""
    http_client = DefaultAsyncHttpxClient(
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_bound_body]},
    )
    async with AsyncOpenAI(
        base_url=settings.AGENT_BASE_URL,
        api_key=settings.AGENT_API_KEY,
        http_client=http_client,
        max_retries=0,  # ours are on record, and in the budget
    ) as client:
        provider = OpenAICompatibleProvider("site", openai_client=client)
        yield OpenAIChatModel(name, provider=provider)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a request to the model failed, in words for people, and whether it may pass."""

    told: str
    may_pass: bool = False
    retry_after: float | None = None


def fault_of(error: Exception) -> Fault:
    if any(isinstance(cause, _TooLarge) for cause in _causes(error)):
        return Fault(f"The provider's answer is larger than {MAX_BYTES // 1024} KiB.")
    if isinstance(error, ModelHTTPError):
        return _refusal(error)
    if isinstance(error, ModelConnectionError):
        return Fault("The provider cannot be reached (AGENT_BASE_URL).", may_pass=True)
    if isinstance(error, UnexpectedModelBehavior | ModelAPIError):
        return Fault("What the provider answers is no chat completion.")
    return Fault(f"Asking the model failed: {type(error).__name__}.")


def _refusal(error: ModelHTTPError) -> Fault:
    status = error.status_code
    if status in UNAUTHORIZED:
        # Not its text: providers repeat part of the key there.
        return Fault(f"The provider refuses the key ({status}): see AGENT_API_KEY.")
    return Fault(
        f"The provider answered {status}{_reason(error.body)}",
        may_pass=status in PASSING and not isinstance(error, ModelQuotaExceededError),
        retry_after=error.retry_after,
    )


def _reason(body: Any) -> str:
    """What a provider says of an error: bounded, in one line, without secrets."""
    if isinstance(body, dict):
        inner = body.get("error", body)
        body = inner.get("message") if isinstance(inner, dict) else inner
    if not isinstance(body, str) or not body.strip():
        return "."
    line = " ".join(
        without_suspects(without_known(body, {settings.AGENT_API_KEY})).split()
    )
    return f": {line[:MAX_TOLD]}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


class _TooLarge(Exception):
    """The answer is larger than anybody needs."""


async def _bound_body(response: Response) -> None:
    assert isinstance(response.stream, AsyncByteStream)
    response.stream = _BoundedStream(response.stream)


class _BoundedStream(AsyncByteStream):
    def __init__(self, stream: AsyncByteStream) -> None:
        self.stream = stream

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self.stream:
            size += len(part)
            if size > MAX_BYTES:
                raise _TooLarge
            yield part

    @override
    async def aclose(self) -> None:
        await self.stream.aclose()

"""The site's model and its failures. Only settings decide where requests go, never a node.

No text that leaves this module contains the key.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from httpx2 import AsyncByteStream, Response
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai.types.chat import ChatCompletion
from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelConnectionError,
    ModelHTTPError,
    ModelQuotaExceededError,
    UnexpectedModelBehavior,
)
from pydantic_ai.messages import ModelResponse
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from typing_extensions import override

from workflows.exceptions import NodeFailed
from workflows.kit.conf import conf
from workflows.safety.decoding import ACCEPTED, Decoder

MAX_BYTES = 4 * 1024 * 1024
NO_COMPLETION = "The provider's response is not a valid chat completion."
REDIRECT = "redirects are not followed."
# A retry may succeed after these: a brief overload, or a failure of a gateway.
TEMPORARY = {408, 409, 425, 429, 500, 502, 503, 504, 529}
UNAUTHORIZED = {401, 403}
CODE = re.compile(r"[a-z_]{1,60}")


@asynccontextmanager
async def site_model(name: str) -> AsyncIterator[Model]:
    """The model of that name at the site's provider. Its connections close with the body."""
    http_client = DefaultAsyncHttpxClient(
        headers={"Accept-Encoding": ACCEPTED},
        event_hooks={"response": [_check]},
        follow_redirects=False,  # prompts must not go to another site
    )
    async with AsyncOpenAI(
        base_url=conf.AGENT_BASE_URL,
        api_key=conf.AGENT_API_KEY,
        http_client=http_client,
        max_retries=0,  # our own retries are on record and count against the budget
    ) as client:
        provider = OpenAICompatibleProvider("site", openai_client=client)
        yield _ChatModel(name, provider=provider)


class _Rejected(Exception):
    """A response that is not read; the message is a sentence that says why."""


class _ChatModel(OpenAIChatModel):
    """The library's model; any error in reading a response means that it is not valid."""

    @override
    def _process_response(
        self, response: ChatCompletion | str, **given: Any
    ) -> ModelResponse:
        try:
            return super()._process_response(response, **given)
        except Exception as error:
            raise UnexpectedModelBehavior(NO_COMPLETION) from error


@dataclass(frozen=True, slots=True)
class ProviderFailure:
    """Why a request to the model failed, as a sentence, and whether a retry may succeed."""

    message: str
    is_temporary: bool = False
    retry_after: float | None = None  # seconds, if the provider has named them


def failure_of(error: Exception) -> ProviderFailure:
    """The failure behind an exception of the library. Contains no text of the provider."""
    for cause in _causes(error):
        if isinstance(cause, _Rejected | NodeFailed):
            return ProviderFailure(str(cause))
    if isinstance(error, ModelHTTPError):
        return _refusal(error)
    if isinstance(error, ModelConnectionError):
        return ProviderFailure(
            "The provider cannot be reached (AGENT_BASE_URL).", is_temporary=True
        )
    # RecursionError: the JSON is nested too deeply to be parsed.
    if isinstance(error, UnexpectedModelBehavior | ModelAPIError | RecursionError):
        return ProviderFailure(NO_COMPLETION)
    return ProviderFailure(f"The request to the model failed: {type(error).__name__}.")


def _refusal(error: ModelHTTPError) -> ProviderFailure:
    """By the status and the code alone: error texts of providers repeat part of the key."""
    status = error.status_code
    if status in UNAUTHORIZED:
        return ProviderFailure(
            f"The provider refused the key with status {status} (AGENT_API_KEY)."
        )
    return ProviderFailure(
        f"The provider answered with status {status}{_code(error.body)}.",
        is_temporary=status in TEMPORARY
        and not isinstance(error, ModelQuotaExceededError),
        retry_after=error.retry_after,
    )


def _code(body: Any) -> str:
    """The error code of OpenAI's protocol, such as `model_not_found`, in parentheses."""
    error = body.get("error", body) if isinstance(body, dict) else body
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(code, str) or not CODE.fullmatch(code):
        return ""
    key = conf.AGENT_API_KEY
    return "" if code in key or (key and key in code) else f" ({code})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


async def _check(response: Response) -> None:
    if response.is_redirect:
        raise _Rejected(
            f"The provider answered with status {response.status_code}: {REDIRECT}"
        )
    assert isinstance(response.stream, AsyncByteStream)
    encoding = response.headers.pop("content-encoding", "")
    response.stream = _Decoded(response.stream, Decoder(encoding, MAX_BYTES))


@dataclass(slots=True)
class _Decoded(AsyncByteStream):
    stream: AsyncByteStream
    decoder: Decoder

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self.stream:
            yield self.decoder.feed(part)
        self.decoder.end()

    @override
    async def aclose(self) -> None:
        await self.stream.aclose()

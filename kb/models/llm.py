"""A language model behind an OpenAI-compatible address, as a stream of text with one deadline for everything."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kb.errors import OutsideServiceError, UsageError
from kb.models.llm_text import RESTART, without_thinking
from kb.models.llm_transport import Line, NotAStream, TooMuch, make_client
from kb.settings import Settings, silence

BEAT = 0.25  # seconds between two looks at the stop button while nothing arrives
MOST_CHARACTERS = 40_000  # of one answer with its thinking


class ModelFailed(OutsideServiceError):
    """The language model gave no usable answer; `reason` is a stable word for programs."""

    code = "language_model"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message, hint="`gkb doctor` tests the address; GKB_LLM_BASE_URL, _MODEL and _API_KEY set it.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked: its rules, and the question with its material."""

    system: str
    user: str


class LanguageModel:
    """One configured model. Imports happen with the first question, not before."""

    def __init__(self, settings: Settings) -> None:
        if not settings.llm_model:
            raise UsageError("No name for the language model.", hint="Set GKB_LLM_MODEL to a model that it serves.")
        self._settings = settings
        self.name = settings.llm_model
        self.address = settings.llm_base_url

    def write(self, prompt: Prompt, *, is_stopped: Callable[[], bool] = lambda: False) -> Iterator[str]:
        """Text as it arrives, thinking taken out; "" at least every quarter of a second while nothing does.

        Ends when the model has ended or `is_stopped` says so. Raises ModelFailed on any failure, at the latest when
        GKB_LLM_TIMEOUT has passed since the call, whatever the server does. Nothing is tried twice.
        """
        arriving: queue.Queue[_Piece] = queue.Queue()
        line = Line()
        ends_at = time.monotonic() + self._settings.llm_timeout
        caller = threading.Thread(target=self._call, args=(prompt, line, arriving), name="language-model", daemon=True)
        caller.start()
        try:
            yield from without_thinking(self._collect(arriving, ends_at, is_stopped))
        finally:
            line.hang_up()

    def _collect(self, arriving: queue.Queue[_Piece], ends_at: float, is_stopped: Callable[[], bool]) -> Iterator[str]:
        received = 0
        while not is_stopped():
            left = ends_at - time.monotonic()
            if left <= 0:
                raise ModelFailed("time_out", f"The language model took longer than {self._settings.llm_timeout:g} s.")
            try:
                piece = arriving.get(timeout=min(BEAT, left))
            except queue.Empty:
                yield ""
                continue
            if piece.error is not None:
                raise piece.error
            if piece.is_end:
                return
            received += piece.size
            if received > MOST_CHARACTERS:
                raise ModelFailed("too_long", "The language model did not come to an end.")
            yield piece.text.replace(RESTART, "")

    def _call(self, prompt: Prompt, line: Line, arriving: queue.Queue[_Piece]) -> None:
        """In a thread of its own, so that no library and no server can hold the question longer than it may."""
        try:
            has_ended = False
            for text, thinking, reason in self._chunks(prompt, line):
                if line.is_hung_up:
                    return
                has_ended = has_ended or bool(reason)
                arriving.put(_Piece(text, len(text) + thinking))
            if not has_ended:
                raise ModelFailed("cut", "The language model's answer was cut off.")
            arriving.put(_Piece(is_end=True))
        except Exception as error:  # whatever a library raises is a named failure for the reader
            arriving.put(_Piece(error=_named(error)))

    def _chunks(self, prompt: Prompt, line: Line) -> Iterator[tuple[str, int, str]]:
        """(text, characters of thinking, why it ended or "") of each chunk."""
        from llama_index.core.llms import ChatMessage

        messages = [ChatMessage(role="system", content=prompt.system), ChatMessage(role="user", content=prompt.user)]
        with make_client(self.address, self._settings.llm_timeout, line) as client:
            for chunk in load_openai_like(self._settings, client).stream_chat(messages):
                choices = getattr(chunk.raw, "choices", None) or []
                reason = choices[0].finish_reason if choices else None
                thinking = chunk.additional_kwargs.get("thinking_delta") or ""
                yield chunk.delta or "", len(thinking), reason or ""


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str = ""
    size: int = 0
    is_end: bool = False
    error: ModelFailed | None = None


def load_openai_like(settings: Settings, client: Any = None) -> Any:
    """LlamaIndex's LLM for an OpenAI-compatible address; never one of OpenAI's own unless that is the address."""
    silence()
    from llama_index.llms.openai_like import OpenAILike

    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else "none"
    return OpenAILike(
        model=settings.llm_model,
        api_base=settings.llm_base_url,
        api_key=key,
        is_chat_model=True,
        context_window=settings.llm_context,
        max_tokens=settings.llm_max_tokens,
        temperature=0.0,
        max_retries=0,
        timeout=settings.llm_timeout,
        http_client=client,
    )


def check_model(model: LanguageModel) -> str:
    """Ask the model for one word; returns what it said, raises ModelFailed."""
    said = "".join(model.write(Prompt("You answer in one word.", "Say: ready")))
    return said.strip()[:80]


_STATUSES = {
    401: ("refused_key", "The language model's server refused the key"),
    403: ("refused_key", "The language model's server refused the key"),
    404: ("not_found", "The language model's server knows no such address or model"),
    429: ("busy", "The language model's server has too many questions at once"),
}


def _named(error: BaseException) -> ModelFailed:
    """Any failure as one that a reader understands."""
    if isinstance(error, ModelFailed):
        return error
    chain = list(_chain(error))
    statuses = [getattr(each, "status_code", None) for each in chain]
    status = next((each for each in statuses if isinstance(each, int)), None)
    if status is not None:
        reason, message = _STATUSES.get(status, ("server_error", "The language model's server reported an error"))
        return ModelFailed(reason, f"{message} (HTTP {status}).")
    names = {type(each).__name__ for each in chain}
    if any(isinstance(each, TooMuch) for each in chain):
        return ModelFailed("too_long", "The language model's server sent far too much.")
    if any(isinstance(each, NotAStream) for each in chain):
        return ModelFailed("not_a_model", "The address answered with a web page, not as a language model.")
    if names & {"ConnectError", "UnsupportedProtocol"}:
        return ModelFailed("refused", "The language model's server cannot be reached.")
    if names & {"ReadTimeout", "ConnectTimeout", "WriteTimeout", "PoolTimeout", "APITimeoutError"}:
        return ModelFailed("time_out", "The language model's server did not answer in time.")
    if names & {"RemoteProtocolError", "ReadError"}:
        return ModelFailed("cut", "The language model's answer was cut off.")
    return ModelFailed("unreadable", f"The language model's answer cannot be read ({type(error).__name__}).")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__

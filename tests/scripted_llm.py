"""An OpenAI-compatible server on loopback that does what a test tells it: obeys, lies, or breaks."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Call"], None]


class Call:
    """One request, and the ways to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        self.handler, self.body = handler, body

    @property
    def prompt(self) -> str:
        """All that the model was told."""
        return "\n".join(str(each["content"]) for each in self.body.get("messages", []))

    def open(self, kind: str = "text/event-stream", code: int = 200, **headers: str) -> None:
        self.handler.send_response(code)
        self.handler.send_header("content-type", kind)
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.send_header("connection", "close")
        self.handler.end_headers()

    def raw(self, data: bytes) -> None:
        self.handler.wfile.write(data)
        self.handler.wfile.flush()

    def event(self, text: str | None = None, *, end: str | None = None, **delta: Any) -> None:
        delta = {**({} if text is None else {"content": text}), **delta}
        chunk = {
            "id": "x", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
            "choices": [{"index": 0, "delta": delta, "finish_reason": end}],
        }  # fmt: skip
        self.raw(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode())

    def say(self, text: str, *, size: int = 7, pause: float = 0.0) -> None:
        """A whole answer, cut into chunks of `size` characters."""
        self.open()
        for start in range(0, len(text), size):
            self.event(text[start : start + size])
            time.sleep(pause)
        self.event(end="stop")
        self.raw(b"data: [DONE]\n\n")


def saying(text: str, **how: Any) -> Behaviour:
    """A server that says this."""
    return lambda call: call.say(text, **how)


@dataclass
class Scripted:
    """The running server; `behave` may be changed between questions."""

    address: str
    behave: Behaviour
    calls: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    hung_up: int = 0  # calls whose client went away before the end


@contextmanager
def scripted_llm(behave: Behaviour | str = "") -> Iterator[Scripted]:
    """Run a scripted server on a free port of loopback."""
    first = saying(behave) if isinstance(behave, str) else behave
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    script = Scripted(f"http://127.0.0.1:{server.server_address[1]}/v1", first)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            script.paths.append(self.path)
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            script.calls.append(body)
            try:
                script.behave(Call(self, body))
            except OSError:
                script.hung_up += 1

        def do_GET(self) -> None:
            script.paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            pass

    server.RequestHandlerClass = Handler
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()


# Ways to break. Each is a behaviour; none lets the client wait for ever by itself except where that is the point.


def refuse_with(code: int) -> Behaviour:
    """An HTTP error with a JSON body."""

    def behave(call: Call) -> None:
        call.open("application/json", code)
        call.raw(b'{"error": {"message": "no", "type": "server_error"}}')

    return behave


def say_nothing(call: Call) -> None:
    """Accepts and stays silent."""
    time.sleep(30)


def cut_short(call: Call) -> None:
    """Ends in the middle, without the closing event."""
    call.open()
    call.event("Aspirin 75 mg once daily ")


def never_end(call: Call) -> None:
    """Goes on for ever."""
    call.open()
    while True:
        call.event("and so on ")
        time.sleep(0.002)


def drip(call: Call) -> None:
    """A character now and then: no single wait is long."""
    call.open()
    while True:
        call.event("a")
        time.sleep(0.3)


def flood(call: Call) -> None:
    """A hundred megabytes in one line."""
    call.open()
    call.raw(b"data: ")
    for _ in range(100):
        call.raw(b"a" * 1_000_000)


def end_at_once(call: Call) -> None:
    """An answer of nothing."""
    call.say("")


def send_page(call: Call) -> None:
    """The login page of a proxy."""
    call.open("text/html; charset=utf-8")
    call.raw(b"<html><body><h1>Please sign in</h1></body></html>")


def send_bad_bytes(call: Call) -> None:
    """Not UTF-8."""
    call.open()
    call.raw(b'data: {"choices": [{"index": 0, "delta": {"content": "\xff\xfe\xb0\xa1"}}]}\n\n')


def send_no_json(call: Call) -> None:
    """Events that are no JSON."""
    call.open()
    call.raw(b"data: {{{{\n\n")


def send_error_event(call: Call) -> None:
    """An error inside a stream that began well."""
    call.open()
    call.event("Aspirin ")
    call.raw(b'data: {"error": {"message": "out of memory", "code": 500}}\n\n')

"""The wire to a language model: one address, no redirects, no proxies, so many bytes and no more, and a way to hang up.

A server that answers may still never end, send a hundred megabytes in one line, or say nothing for ever. The bounds are
kept here, below every library that would collect what comes.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx

_PLAIN = {"accept-encoding": "identity"}
MOST_BYTES = 4_000_000  # of one response; a token costs 200 to 400 bytes on the wire


class TooMuch(Exception):
    """The server sent more than an answer can be."""


class NotAStream(Exception):
    """The server sent something else than events: a page of a proxy, a login form."""


class Line:
    """One call to the server; `hang_up` may come from any thread."""

    def __init__(self) -> None:
        self._hung_up = threading.Event()
        self._sockets: list[Any] = []

    @property
    def is_hung_up(self) -> bool:
        """Whether nobody listens any more."""
        return self._hung_up.is_set()

    def hang_up(self) -> None:
        """End the call at once, also while waiting for the server's first byte."""
        self._hung_up.set()
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def trace(self, name: str, info: dict[str, Any]) -> None:
        """Told by httpcore what happens; keeps the socket, which is needed to hang up."""
        if name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            found = info["return_value"].get_extra_info("socket")
            if found is not None:
                self._sockets.append(found)
            if self.is_hung_up:
                self.hang_up()


class _Bounded(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, line: Line, most: int) -> None:
        self._inner, self._line, self._most = inner, line, most

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        for chunk in self._inner:
            received += len(chunk)
            if received > self._most:
                raise TooMuch
            if self._line.is_hung_up:
                return
            yield chunk

    def close(self) -> None:
        self._inner.close()


class _Transport(httpx.BaseTransport):
    def __init__(self, line: Line, host: str, most: int) -> None:
        self._inner = httpx.HTTPTransport(retries=0)
        self._line, self._host, self._most = line, host, most

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host != self._host:
            raise httpx.UnsupportedProtocol("only the configured address is called", request=request)
        request.extensions = {**request.extensions, "trace": self._line.trace}
        response = self._inner.handle_request(request)
        kind = response.headers.get("content-type", "")
        if response.status_code == httpx.codes.OK and "html" in kind:
            response.close()
            raise NotAStream(kind)
        response.headers.pop("content-encoding", None)  # none was asked for; unpacking could multiply what is counted
        bounded = _Bounded(response.stream, self._line, self._most)  # type: ignore[arg-type]
        return httpx.Response(response.status_code, headers=response.headers, stream=bounded)

    def close(self) -> None:
        self._inner.close()


def make_client(address: str, seconds: float, line: Line, most: int = MOST_BYTES) -> httpx.Client:
    """A client for one call to one address; nothing from the environment but certificates is taken."""
    transport = _Transport(line, httpx.URL(address).host, most)
    return httpx.Client(transport=transport, timeout=seconds, follow_redirects=False, trust_env=False, headers=_PLAIN)

"""HTTP/1.1 over any trio stream, by h11: the service of ``foxpy run`` and the client of ``foxpy fetch``.

The service answers ``GET /bytes/N`` with N pseudo-random bytes, the same for every N in every run, ``PUT`` with the
SHA-256 of what it got, and other ``GET`` with the files of a folder, where it has one.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import attrs
import h11
import trio
from trio.abc import Stream

CHUNK: Final = 1 << 16
LARGEST: Final = 1 << 40
"""The most bytes that ``/bytes/N`` gives: a terabyte."""


class HttpError(Exception):
    """The other side did not speak HTTP/1.1, or ended in the middle of it."""


@attrs.frozen
class Response:
    """The head of an answer; the body follows on the same connection."""

    status: int
    reason: str
    length: int | None


def pseudo_random(count: int) -> Iterator[bytes]:
    """The ``count`` bytes of ``/bytes/N``, in chunks; the same ones whenever ``count`` is the same."""
    generator = random.Random(count)
    for start in range(0, count, CHUNK):
        yield generator.randbytes(CHUNK)[: count - start]


class Wire:
    """An h11 connection on a stream."""

    def __init__(self, stream: Stream, role: type[h11.CLIENT] | type[h11.SERVER]) -> None:
        self.connection = h11.Connection(role)
        self._stream = stream

    async def next_event(self) -> h11.Event | type[h11.PAUSED]:
        """The next event from the other side. Raises HttpError for what is not HTTP."""
        while True:
            try:
                event = self.connection.next_event()
                if event is not h11.NEED_DATA:
                    assert not isinstance(event, type) or event is h11.PAUSED
                    return event
                if self.connection.they_are_waiting_for_100_continue:
                    await self.send(h11.InformationalResponse(status_code=100, headers=[]))
                self.connection.receive_data(bytes(await self._stream.receive_some()))
            except h11.RemoteProtocolError as error:
                raise HttpError(str(error)) from error

    async def send(self, event: h11.Event) -> None:
        data = self.connection.send(event)
        if data:
            await self._stream.send_all(data)

    async def body(self) -> AsyncGenerator[bytes, None]:
        """The body of the message whose head was read, in pieces."""
        while True:
            event = await self.next_event()
            if isinstance(event, h11.EndOfMessage):
                return
            if not isinstance(event, h11.Data):
                raise HttpError(f"unexpected {type(event).__name__} in the middle of a body")
            yield bytes(event.data)


class HttpService:
    """Answers on any number of streams."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` and what is below it can be read by everyone who reaches the service."""
        self._folder = folder.resolve() if folder is not None else None

    async def serve(self, stream: Stream) -> None:
        """Answer requests on ``stream`` until the other side has no more, and close it. A broken one just ends."""
        async with stream:
            wire = Wire(stream, h11.SERVER)
            try:
                while await self._answer(wire):
                    wire.connection.start_next_cycle()
            except (HttpError, trio.BrokenResourceError):
                return

    async def _answer(self, wire: Wire) -> bool:
        """One request; whether another may follow on the same connection."""
        request = await wire.next_event()
        if not isinstance(request, h11.Request):
            return False
        method = request.method.decode("ascii")
        path = unquote(urlsplit(request.target.decode("ascii", "replace")).path)
        if method == "PUT":
            digest = hashlib.sha256()
            async with aclosing(wire.body()) as pieces:
                async for piece in pieces:
                    digest.update(piece)
            await self._text(wire, 200, digest.hexdigest(), method)
        else:
            async with aclosing(wire.body()) as pieces:
                async for _ in pieces:
                    pass
            if method in ("GET", "HEAD"):
                await self._get(wire, path, method)
            else:
                await self._text(wire, 405, f"{method} is not served here; GET, HEAD and PUT are", method)
        return wire.connection.our_state is h11.DONE and wire.connection.their_state is h11.DONE

    async def _get(self, wire: Wire, path: str, method: str) -> None:
        if path.startswith("/bytes/"):
            count = path.removeprefix("/bytes/")
            if not (count.isascii() and count.isdecimal() and len(count) <= 13 and int(count) <= LARGEST):
                await self._text(wire, 404, f"/bytes/N takes a number from 0 to {LARGEST}", method)
                return
            await self._body(wire, int(count), pseudo_random(int(count)), method)
            return
        file = self._file(path)
        if file is None:
            await self._text(wire, 404, f"there is no {path}", method)
            return
        with file.open("rb") as opened:
            await self._body(wire, file.stat().st_size, iter(lambda: opened.read(CHUNK), b""), method)

    def _file(self, path: str) -> Path | None:
        """The file that ``path`` names inside the folder; what leads out of it names nothing."""
        if self._folder is None or "\0" in path:
            return None
        file = (self._folder / path.lstrip("/")).resolve()
        if file.is_dir():
            file = file / "index.html"
        return file if file.is_relative_to(self._folder) and file.is_file() else None

    async def _text(self, wire: Wire, status: int, text: str, method: str) -> None:
        data = f"{text}\n".encode()
        await self._body(wire, len(data), iter((data,)), method, status, "text/plain; charset=utf-8")

    async def _body(
        self,
        wire: Wire,
        length: int,
        pieces: Iterator[bytes],
        method: str,
        status: int = 200,
        kind: str = "application/octet-stream",
    ) -> None:
        headers = [("Content-Length", str(length)), ("Content-Type", kind)]
        await wire.send(h11.Response(status_code=status, headers=headers))
        if method != "HEAD":
            left = length
            for piece in pieces:
                # A file may have grown since its size was promised.
                await wire.send(h11.Data(data=piece[:left]))
                left -= len(piece[:left])
        await wire.send(h11.EndOfMessage())


async def get(stream: Stream, host: str, path: str) -> tuple[Response, AsyncGenerator[bytes, None]]:
    """Ask for ``path`` on ``stream``: the head of the answer, and its body to iterate over. Raises HttpError."""
    wire = Wire(stream, h11.CLIENT)
    await wire.send(h11.Request(method="GET", target=path, headers=[("Host", host), ("Connection", "close")]))
    await wire.send(h11.EndOfMessage())
    return await _head(wire), wire.body()


async def put(stream: Stream, host: str, path: str, pieces: Iterator[bytes], length: int) -> tuple[Response, bytes]:
    """Send ``length`` bytes as ``path``: the head of the answer and its body. Raises HttpError."""
    wire = Wire(stream, h11.CLIENT)
    headers = [("Host", host), ("Connection", "close"), ("Content-Length", str(length))]
    await wire.send(h11.Request(method="PUT", target=path, headers=headers))
    for piece in pieces:
        await wire.send(h11.Data(data=piece))
    await wire.send(h11.EndOfMessage())
    response = await _head(wire)
    async with aclosing(wire.body()) as body:
        return response, b"".join([piece async for piece in body])


async def _head(wire: Wire) -> Response:
    event = await wire.next_event()
    while isinstance(event, h11.InformationalResponse):
        event = await wire.next_event()
    if not isinstance(event, h11.Response):
        raise HttpError("the connection ended before an answer came")
    length = dict(event.headers).get(b"content-length")
    return Response(event.status_code, event.reason.decode("latin-1"), int(length) if length else None)

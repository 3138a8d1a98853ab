"""The services on trio streams: the same program for Linux's sockets and for foxpy's."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from trio.abc import Stream

from foxpy.bench.services import ECHO, HASH, PATTERN, SHORT, SINK, SOURCE


async def exactly(stream: Stream, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := await stream.receive_some(size - len(data))):
        data += part
    return data


async def echo(stream: Stream) -> None:
    while part := await stream.receive_some():
        await stream.send_all(part)


async def sink(stream: Stream) -> None:
    count = await exactly(stream, 8)
    left = int.from_bytes(count, "big")
    while left and (part := await stream.receive_some()):
        left -= len(part)
    await stream.send_all(count)


async def hashing(stream: Stream) -> None:
    left = int.from_bytes(await exactly(stream, 8), "big")
    seen = hashlib.sha256()
    while left and (part := await stream.receive_some()):
        seen.update(part)
        left -= len(part)
    await stream.send_all(seen.digest())


async def source(stream: Stream) -> None:
    whole, rest = divmod(int.from_bytes(await exactly(stream, 8), "big"), len(PATTERN))
    for _ in range(whole):
        await stream.send_all(PATTERN)
    await stream.send_all(PATTERN[:rest])


Talk: TypeAlias = Callable[[Stream], Awaitable[None]]
STREAMS: Final[dict[int, Talk]] = {ECHO: echo, SHORT: echo, SINK: sink, HASH: hashing, SOURCE: source}


def closing(talk: Talk) -> Talk:
    async def serve(stream: Stream) -> None:
        async with stream:
            await talk(stream)

    return serve

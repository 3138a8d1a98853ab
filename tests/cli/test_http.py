"""The HTTP service and client over trio's in-memory streams."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
import trio
from trio.testing import memory_stream_pair

from foxpy.cli.http import CHUNK, HttpError, HttpService, Response, get, pseudo_random, put


@asynccontextmanager
async def service(folder: Path | None = None) -> AsyncIterator[trio.abc.Stream]:
    """A client's stream to a service."""
    client, server = memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(HttpService(folder).serve, server)
        yield client
        await client.aclose()


async def fetch(path: str, folder: Path | None = None) -> tuple[Response, bytes]:
    async with service(folder) as stream:
        response, body = await get(stream, "host", path)
        async with aclosing(body) as pieces:
            return response, b"".join([piece async for piece in pieces])


@pytest.mark.parametrize("count", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 300_000])
async def test_bytes_are_pseudo_random_and_the_same_each_time(count: int) -> None:
    response, body = await fetch(f"/bytes/{count}")
    assert (response.status, response.length, len(body)) == (200, count, count)
    assert body == b"".join(pseudo_random(count))
    assert (await fetch(f"/bytes/{count}"))[1] == body


@pytest.mark.parametrize("path", ["/bytes/", "/bytes/-1", "/bytes/x", "/bytes/99999999999999", "/bytes/٣", "/nothing"])
async def test_what_is_not_there_is_404(path: str) -> None:
    response, _ = await fetch(path.replace("٣", "%D9%A3"))
    assert response.status == 404


async def test_put_answers_with_the_digest() -> None:
    data = b"".join(pseudo_random(200_000))
    async with service() as stream:
        response, answer = await put(stream, "host", "/anything", iter((data[:5], data[5:])), len(data))
    assert response.status == 200
    assert answer.decode().strip() == hashlib.sha256(data).hexdigest()


async def test_a_folder_is_served_and_nothing_outside_it(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"no")
    folder = tmp_path / "public"
    (folder / "sub").mkdir(parents=True)
    (folder / "a file").write_bytes(b"yes")
    (folder / "sub" / "index.html").write_bytes(b"index")
    (folder / "link").symlink_to(tmp_path / "secret")
    assert (await fetch("/a%20file", folder))[1] == b"yes"
    assert (await fetch("/sub", folder))[1] == b"index"
    for path in (
        "/../secret",
        "/%2e%2e/secret",
        "/sub/../../secret",
        "//secret",
        "/link",
        "/sub%00",
        f"/{tmp_path}/secret",
    ):
        response, body = await fetch(path, folder)
        assert response.status == 404, path
        assert body != b"no"


async def test_other_methods_are_refused_and_head_has_no_body() -> None:
    async with service() as stream:
        await stream.send_all(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
        await stream.send_all(b"HEAD /bytes/9 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        received = b"".join([bytes(piece) async for piece in stream])
    refusal, _, head = received.partition(b"PUT are\n")
    assert refusal.startswith(b"HTTP/1.1 405")
    assert head.startswith(b"HTTP/1.1 200")
    assert b"Content-Length: 9\r\n" in head
    assert head.endswith(b"\r\n\r\n")


async def test_expect_100_continue_is_answered() -> None:
    async with service() as stream:
        await stream.send_all(b"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert bytes(await stream.receive_some()).startswith(b"HTTP/1.1 100")
        await stream.send_all(b"ok")
        assert hashlib.sha256(b"ok").hexdigest().encode() in bytes(await stream.receive_some()) + bytes(
            await stream.receive_some()
        )


@pytest.mark.parametrize("rubbish", [b"\x00\xff" * 100, b"GET / HTTP/9\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b""])
async def test_what_is_not_http_just_ends(rubbish: bytes) -> None:
    client, server = memory_stream_pair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(HttpService().serve, server)
        await client.send_all(rubbish)
        await client.send_eof()
        assert b"200" not in bytes(await client.receive_some())


async def test_a_server_that_is_none_is_told() -> None:
    client, server = memory_stream_pair()
    await server.send_all(b"SSH-2.0-rubbish\r\n\r\n")
    with pytest.raises(HttpError):
        await get(client, "host", "/")
    client, server = memory_stream_pair()
    await server.send_eof()
    with pytest.raises(HttpError):
        await get(client, "host", "/")

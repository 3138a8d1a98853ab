"""A second host on the same link visits every service of the first one: what ``run --device link`` shows."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from contextlib import aclosing
from typing import Final

import click
import trio

from foxpy.addresses import Port
from foxpy.cli import parsing
from foxpy.cli.host import Plan, own_name
from foxpy.cli.http import get, pseudo_random
from foxpy.cli.services import LINE, chargen_line
from foxpy.cli.usage import CommandError
from foxpy.layers.tcp import Tcp
from foxpy.layers.udp import Udp
from foxpy.stack import Stack
from foxpy.streams import bind_udp, connect_tcp

SIZE: Final = 100_000
"""Bytes that the visitor sends or asks for over a stream."""
PATIENCE: Final = 120.0
"""Virtual seconds that it gives a service."""


async def visit(plan: Plan, stack: Stack, peer: Stack, services: Sequence[parsing.Service]) -> None:
    """Use each of ``services`` of ``stack`` from ``peer`` and say what came of it. Raises CommandError."""
    name = own_name(stack)
    failed = False
    for service in services:
        began = trio.current_time()
        try:
            with trio.fail_after(PATIENCE):
                said = await _use(peer, name, service)
        except (OSError, ValueError, trio.BrokenResourceError, trio.TooSlowError) as error:
            failed = True
            said = f"failed: {str(error) or type(error).__name__}"
        click.echo(f"  {service.name:8} {service.port:5}  {said} ({trio.current_time() - began:.3f} s of virtual time)")
    if failed:
        raise CommandError(f"{plan.stack.name}: not every service could be used; --trace shows the packets")


async def _use(peer: Stack, name: str, service: parsing.Service) -> str:
    for component in reversed(peer.components()):
        if isinstance(component, Tcp):
            return await _use_stream(component, name, service)
        if isinstance(component, Udp):
            return await _use_datagrams(component, name, service)
    raise ValueError("the stack has neither TCP nor UDP")


async def _use_stream(tcp: Tcp[Hashable], name: str, service: parsing.Service) -> str:
    async with await connect_tcp(tcp, tcp.host(name), Port(service.port)) as stream:
        if service.name == "http":
            response, body = await get(stream, name, f"/bytes/{SIZE}")
            digest = hashlib.sha256()
            async with aclosing(body) as pieces:
                async for piece in pieces:
                    digest.update(piece)
            expected = hashlib.sha256(b"".join(pseudo_random(SIZE))).digest()
            _insist(response.status == 200 and digest.digest() == expected, "other bytes than were asked for")
            return f"{SIZE} bytes got, SHA-256 as expected"
        if service.name == "chargen":
            received = b""
            while len(received) < SIZE:
                received += await stream.receive_some()
            rotation = b"".join(chargen_line(number) for number in range(len(LINE)))
            _insist((rotation * (len(received) // len(rotation) + 1)).startswith(received), "not chargen's pattern")
            return f"{len(received)} characters of the pattern"
        return await _exchange(stream, service.name)


async def _exchange(stream: trio.abc.HalfCloseableStream, service: str) -> str:
    """Send on one half while reading the other: what echo needs, which may not read on while we do not."""
    sent = b"".join(pseudo_random(SIZE))
    received = bytearray()

    async def send() -> None:
        await stream.send_all(sent)
        await stream.send_eof()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(send)
        async for piece in stream:
            received += piece
    _insist(received == (sent if service == "echo" else b""), f"{len(received)} bytes came back, not what was sent")
    return f"{SIZE} bytes {'came back' if service == 'echo' else 'taken'}"


async def _use_datagrams(udp: Udp[Hashable], name: str, service: parsing.Service) -> str:
    _insist(service.name != "http", "http needs a stream, and this stack has only datagrams")
    async with bind_udp(udp, Port(0)) as socket:
        await socket.send_to(b"hello", udp.host(name), Port(service.port))
        if service.name == "discard":
            return "one datagram sent"
        datagram = await socket.receive_from()
        if service.name == "echo":
            _insist(datagram.data == b"hello", "another datagram than was sent")
    return f"a datagram of {len(datagram.data)} bytes came back"


def _insist(fact: bool, otherwise: str) -> None:
    if not fact:
        raise ValueError(otherwise)

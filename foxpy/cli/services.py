"""The services of ``foxpy run``: echo (RFC 862), discard (RFC 863), chargen (RFC 864) and HTTP, over TCP and UDP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Final

import trio
from trio.abc import Stream

from foxpy.addresses import Port
from foxpy.cli.http import HttpService
from foxpy.cli.parsing import Service
from foxpy.layers.tcp import Tcp
from foxpy.layers.udp import Udp
from foxpy.streams import bind_udp, listen_tcp

LINE: Final = bytes(range(32, 127))
"""The printing characters that chargen rotates through."""


def chargen_line(number: int) -> bytes:
    """Line ``number`` of chargen: 72 characters, each line one further (RFC 864)."""
    start = number % len(LINE)
    return (LINE + LINE)[start : start + 72] + b"\r\n"


async def echo(stream: Stream) -> None:
    """Send back what comes until the other side ends its half, then end ours."""
    async with stream:
        while data := await stream.receive_some():
            await stream.send_all(data)


async def discard(stream: Stream) -> None:
    """Read until the other side ends."""
    async with stream:
        while await stream.receive_some():
            pass


async def chargen(stream: Stream) -> None:
    """Send characters until the other side goes away."""
    block = b"".join(chargen_line(number) for number in range(len(LINE)))
    async with stream:
        while True:
            await stream.send_all(block)


async def serve_streams(
    tcp: Tcp[Hashable], services: Sequence[Service], http: HttpService, nursery: trio.Nursery
) -> None:
    """Listen for ``services`` over TCP and serve each connection in a task of ``nursery``. Raises OpenFailed."""
    handlers: dict[str, Callable[[Stream], Awaitable[None]]] = {
        "echo": echo,
        "discard": discard,
        "chargen": chargen,
        "http": http.serve,
    }
    for service in services:
        listener = listen_tcp(tcp, Port(service.port))
        nursery.start_soon(_accept, listener, _surviving(handlers[service.name]))


async def _accept(listener: trio.abc.Listener[Stream], handler: Callable[[Stream], Awaitable[None]]) -> None:
    await trio.serve_listeners(handler, [listener])


def _surviving(handler: Callable[[Stream], Awaitable[None]]) -> Callable[[Stream], Awaitable[None]]:
    """``handler``, for which a peer that goes away is the end of one connection, not of the service."""

    async def serve(stream: Stream) -> None:
        try:
            await handler(stream)
        except trio.BrokenResourceError:
            await trio.aclose_forcefully(stream)

    return serve


async def serve_datagrams(udp: Udp[Hashable], services: Sequence[Service], nursery: trio.Nursery) -> list[Service]:
    """Answer datagrams for those of ``services`` that have a datagram form; which those are. Raises OpenFailed."""
    served = [service for service in services if service.name != "http"]
    for service in served:
        nursery.start_soon(_answer_datagrams, udp, service)
    return served


async def _answer_datagrams(udp: Udp[Hashable], service: Service) -> None:
    number = 0
    async with bind_udp(udp, Port(service.port)) as socket:
        while True:
            try:
                datagram = await socket.receive_from()
                if service.name == "echo":
                    await socket.send_to(datagram.data, datagram.host, datagram.port)
                elif service.name == "chargen":
                    await socket.send_to(chargen_line(number), datagram.host, datagram.port)
                    number += 1
            except (OSError, trio.BrokenResourceError):
                continue  # an answer that could not be sent, or an ICMP error about one, is that peer's loss alone

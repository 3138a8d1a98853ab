"""run, fetch and ping: the commands that put one stack to work."""

from __future__ import annotations

import hashlib
import signal
import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import aclosing
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

import click
import trio

from foxpy.addresses import Port
from foxpy.cli import host, parsing
from foxpy.cli.http import CHUNK, HttpError, HttpService, get, put
from foxpy.cli.progress import Progress
from foxpy.cli.services import serve_datagrams, serve_streams
from foxpy.cli.usage import CommandError
from foxpy.cli.visit import visit
from foxpy.layers.icmp import Icmp, IcmpAddress, IcmpConnection
from foxpy.layers.tcp import Tcp
from foxpy.layers.udp import Udp
from foxpy.protocol import Receiver
from foxpy.stack import Stack
from foxpy.status import Report, Status
from foxpy.streams import connect_tcp

F = TypeVar("F", bound=Callable[..., object])

CONNECT_TIMEOUT: Final = 75.0
"""Seconds that fetch waits for a connection, as BSD's connect does."""


def world(command: F) -> F:
    """The options of every command that runs a stack."""
    for option in reversed(
        (
            click.option("--device", multiple=True, default=("link",),
                         metavar="link|tap:NAME|tun:NAME|packet:NAME|xdp:NAME|pcap:FILE",
                         help="What the stack is put on; once for each of its devices. [default: link, in memory]"),
            click.option("--address", multiple=True, metavar="CIDR", help="This host's address, like 10.0.0.2/24."),
            click.option("--gateway", metavar="IP", help="The router to everywhere else."),
            click.option("--mac", metavar="MAC", help="This station's address. [default: a random local one]"),
            click.option("--pcap", "pcap_file", metavar="FILE",
                         help="Record what the stack sends and receives; as pcapng if FILE ends so."),
            click.option("--decisions", "decision_file", metavar="FILE.ndjson",
                         help="Log what TCP decides, for foxpy plot and foxpy explain."),
            click.option("--trace", "tracing", is_flag=True, help="Print a line for each packet."),
            click.option("--faults", "fault", metavar="LIST",
                         help="Harm what passes: loss=0.02,delay=20ms,jitter=5ms,reorder=0.03,duplicate=0.01,..."),
            click.option("--seed", type=int, metavar="N", help="Repeat every random choice of run N."),
            click.option("--mtu", type=click.IntRange(68, 65521), metavar="BYTES",
                         help="The largest packet on the device. [default: its own, or 1500]"),
            click.option("--kernel-address", metavar="CIDR", help="Give Linux's end of a tap or tun this address."),
        )
    ):  # fmt: skip
        command = option(command)
    return command


def tcp_of(stack: Stack, plan: host.Plan) -> Tcp[Hashable]:
    for component in stack.components():
        if isinstance(component, Tcp):
            return component
    raise CommandError(f"{plan.stack.name} has no TCP layer; choose a stack that has one, like tcp_ip")


def udp_of(stack: Stack) -> Udp[Hashable] | None:
    return next((component for component in stack.components() if isinstance(component, Udp)), None)


# -- run


@click.command(short_help="Run a stack, and serve on it.")
@click.argument("stack")
@world
@click.option("--serve", default="", metavar="LIST", help="What to serve: echo=7,discard=9,chargen=19,http=80.")
@click.option("--folder", type=click.Path(path_type=Path), metavar="DIR", help="A folder for http to serve.")
def run(serve: str, folder: Path | None, stack: str, **options: object) -> None:
    """Run STACK, one of the project's own or a file of yours, until interrupted.

    \b
    foxpy run tcp_ip --serve echo,http                      a second host visits it, all in memory
    foxpy run tcp_ip --device tap:foxpy0 --address 10.0.0.2/24 --serve http=80
    foxpy run tcp_ip --device packet:eth0 --address 192.0.2.2/24 --serve http=80
    foxpy run tcp_ip --device xdp:eth0 --address 192.0.2.2/24 --serve http=80    beside Linux, on its interface
    foxpy run mystack.py --device tap:foxpy0 --trace --faults loss=0.02,delay=20ms
    """
    plan = host.plan(stack, **options)  # type: ignore[arg-type]  # click gives exactly these
    services = parsing.services(serve)
    if folder is not None and not folder.is_dir():
        raise CommandError(f"--folder {folder}: there is no such folder")
    host.run(plan, partial(_run, services=services, http=HttpService(folder)))


async def _run(plan: host.Plan, services: list[parsing.Service], http: HttpService) -> None:
    async with host.hosts(plan) as (stack, peer), trio.open_nursery() as nursery:
        tcp = next((c for c in stack.components() if isinstance(c, Tcp)), None)
        udp = udp_of(stack)
        if services and tcp is None and udp is None:
            raise CommandError(f"{plan.stack.name} has neither TCP nor UDP to serve on; leave --serve out")
        if tcp is None and any(service.name == "http" for service in services):
            raise CommandError(f"--serve http needs TCP, which {plan.stack.name} has not; leave http out")
        if tcp is not None:
            await serve_streams(tcp, services, http, nursery)
        if udp is not None:
            await serve_datagrams(udp, services, nursery)
        where = ", ".join(f"{spec.kind}:{spec.name}".rstrip(":") for spec in plan.devices)
        what = ", ".join(f"{service.name}={service.port}" for service in services) or "nothing"
        click.echo(f"{plan.stack.name} on {where} as {host.own_name(stack)}, serving {what}", err=True)
        if peer is not None:
            await visit(plan, stack, peer, services)
        else:
            with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
                async for _ in signals:
                    break
        nursery.cancel_scope.cancel()


# -- fetch


@click.command(short_help="Get a URL, or send a file to it, through a stack.")
@click.argument("url")
@click.option("--stack", default="tcp_ip", show_default=True, metavar="STACK", help="The stack to fetch with.")
@world
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
              help="Where to put it. [default: standard output]")  # fmt: skip
@click.option("--put", "upload", type=click.Path(path_type=Path), metavar="FILE", help="Send FILE instead of getting.")
def fetch(url: str, stack: str, output: Path | None, upload: Path | None, **options: object) -> None:
    """Get URL, or send a file to it, through a stack of your choice.

    \b
    foxpy fetch http://10.0.0.1:8000/file --device tap:foxpy0 --address 10.0.0.2/24 -o file
    foxpy fetch http://[02:00:00:00:00:01]/bytes/1000 --stack tcp_over_ethernet --device tap:foxpy0
    """
    plan = host.plan(stack, **options)  # type: ignore[arg-type]  # click gives exactly these
    host.run(plan, partial(_fetch, target=parsing.url(url), output=output, upload=upload))


async def _fetch(plan: host.Plan, target: parsing.Url, output: Path | None, upload: Path | None) -> None:
    async with host.hosts(plan) as (stack, peer), trio.open_nursery() as nursery:
        tcp = tcp_of(stack, plan)
        if peer is not None:
            await serve_streams(tcp_of(peer, plan), [parsing.Service("http", target.port)], HttpService(), nursery)
        with trio.move_on_after(CONNECT_TIMEOUT) as patience:
            stream = await connect_tcp(tcp, tcp.host(target.host), Port(target.port))
        if patience.cancelled_caught:
            raise CommandError(f"{target.host} port {target.port}: no answer within {CONNECT_TIMEOUT:.0f} s")
        async with stream:
            try:
                if upload is not None:
                    await _put(stream, target, upload)
                else:
                    await _get(stream, target, output)
            except (HttpError, trio.BrokenResourceError) as error:
                raise CommandError(
                    f"{target.host}: the transfer broke off: {str(error) or 'connection lost'}"
                ) from error
        nursery.cancel_scope.cancel()


async def _get(stream: trio.abc.Stream, target: parsing.Url, output: Path | None) -> None:
    response, body = await get(stream, target.host, target.path)
    digest, size = hashlib.sha256(), 0
    with _sink(output) as sink, Progress(target.path, response.length) as progress:
        async with aclosing(body) as pieces:
            async for piece in pieces:
                sink.write(piece)
                digest.update(piece)
                size += len(piece)
                progress.advance(len(piece))
    click.echo(f"{response.status} {response.reason}, {size} bytes, SHA-256 {digest.hexdigest()}", err=True)
    if response.status >= 400:
        raise CommandError(f"the server answered {response.status} {response.reason}")


async def _put(stream: trio.abc.Stream, target: parsing.Url, upload: Path) -> None:
    try:
        size = upload.stat().st_size
        with upload.open("rb") as file, Progress(f"sending {upload.name}", size) as progress:

            def pieces() -> Iterator[bytes]:
                while piece := file.read(CHUNK):
                    yield piece
                    progress.advance(len(piece))

            response, answer = await put(stream, target.host, target.path, pieces(), size)
    except OSError as error:
        raise CommandError(f"--put {upload}: {error.strerror}") from error
    sys.stdout.write(answer.decode("utf-8", "replace"))
    click.echo(f"{response.status} {response.reason}, {size} bytes sent", err=True)


def _sink(output: Path | None) -> BinaryIO:
    if output is None:
        return open(sys.stdout.fileno(), "wb", closefd=False)
    try:
        return output.open("wb")
    except OSError as error:
        raise CommandError(f"--output {output}: {error.strerror}") from error


# -- ping


@click.command(short_help="Send ICMP echo requests through a stack.")
@click.argument("target", metavar="HOST")
@click.option("--stack", default="tcp_ip", show_default=True, metavar="STACK", help="The stack to ping with.")
@world
@click.option("-c", "--count", default=4, show_default=True, metavar="N", help="How many echo requests.")
@click.option("-s", "--size", default=56, show_default=True, metavar="BYTES", help="How many bytes in each.")
@click.option("-i", "--interval", default=1.0, show_default=True, metavar="SECONDS", help="From one to the next.")
def ping(target: str, stack: str, count: int, size: int, interval: float, **options: object) -> None:
    """Send ICMP echo requests to HOST; exit status 1 if nothing came back.

    \b
    foxpy ping 10.0.0.1 --device tap:foxpy0 --address 10.0.0.2/24
    foxpy ping 10.0.0.2 --faults loss=0.2,delay=30ms         in memory, a second host answers
    """
    plan = host.plan(stack, **options)  # type: ignore[arg-type]  # click gives exactly these
    if not 0 <= size <= 65507:
        raise CommandError(f"--size {size}: an echo request carries 0 to 65507 bytes")
    if not host.run(plan, partial(_ping, target=target, count=count, size=size, interval=interval)):
        raise SystemExit(1)


async def _ping(plan: host.Plan, target: str, count: int, size: int, interval: float) -> bool:
    async with host.hosts(plan) as (stack, _):
        icmp = next((component for component in stack.components() if isinstance(component, Icmp)), None)
        if icmp is None:
            raise CommandError(f"{plan.stack.name} has no ICMP layer; choose a stack over IP, like tcp_ip")
        return await _echo_requests(icmp, target, count, size, interval)


class _Replies(Receiver):
    """Prints each echo reply with the time that it took."""

    def __init__(self, connection: IcmpConnection) -> None:
        self._connection = connection
        self.sent: dict[int, float] = {}
        self.times: list[float] = []
        self.all = trio.Event()
        self.expected = 0

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        connection = self._connection
        began = self.sent.pop(connection.sequence, None)
        if began is None:
            click.echo(f"duplicate reply to request {connection.sequence}")
            return
        took = trio.current_time() - began
        self.times.append(took)
        click.echo(
            f"{end - start} bytes from {connection.responder}: icmp_seq={connection.sequence} ttl={connection.ttl} "
            f"time={took * 1000:.3f} ms"
        )
        if len(self.times) == self.expected:
            self.all.set()

    def status(self, event: Status) -> None:
        if isinstance(event, Report):
            click.echo(f"from the network: {event.trouble.value}")


async def _echo_requests(icmp: Icmp, target: str, count: int, size: int, interval: float) -> bool:
    """Ping ``target`` and say so; whether anything came back."""
    try:
        address = IcmpAddress(IPv4Address(target))
    except ValueError as error:
        raise CommandError(f"{target!r} is not a host that can be pinged: {error}") from None
    made: list[_Replies] = []

    def handler(connection: IcmpConnection) -> Receiver:
        made.append(_Replies(connection))
        return made[0]

    connection = icmp.open(address, handler)
    sender, replies = icmp.send(connection), made[0]
    replies.expected = count
    payload = bytes(index & 0xFF for index in range(size))
    for number in range(count):
        replies.sent[number & 0xFFFF] = trio.current_time()
        sender.send(payload)
        if number < count - 1:
            await trio.sleep(interval)
    with trio.move_on_after(max(interval, 2.0)):
        await replies.all.wait()
    got = len(replies.times)
    click.echo(f"{count} requests, {got} replies, {(count - got) / max(count, 1):.0%} lost")
    if replies.times:
        low, high = min(replies.times), max(replies.times)
        click.echo(f"round trip {low * 1000:.3f}/{sum(replies.times) / got * 1000:.3f}/{high * 1000:.3f} ms")
    return got > 0

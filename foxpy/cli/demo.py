"""``foxpy demo``: two hosts, a bad link, two stacks, ten megabytes; and as root, Linux's own curl."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Hashable
from functools import partial
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Final

import attrs
import click
import trio
from rich import box
from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from foxpy.addresses import Port
from foxpy.cli import host, parsing
from foxpy.cli.http import CHUNK, HttpService, pseudo_random
from foxpy.cli.progress import Progress
from foxpy.cli.services import serve_streams
from foxpy.cli.stackfile import Settings, StackFile, load
from foxpy.cli.usage import CommandError
from foxpy.devices.tap import tap
from foxpy.layers.faults import FaultConfig
from foxpy.layers.tcp import Tcp
from foxpy.streams import connect_tcp, listen_tcp
from foxpy.testing.namespaces import namespace, why_not

SIZE: Final = 10_000_000
LOSS: Final = 0.02
DELAY: Final = 0.040
PORT: Final = Port(80)
STACKS: Final = ("tcp_ip", "tcp_over_ethernet")


@attrs.frozen
class Outcome:
    """What came of one transfer."""

    stack: StackFile
    equal: bool
    virtual: float
    real: float
    segments: int
    retransmissions: int
    capture: Path


@click.command(short_help="See stacks carry traffic.")
@click.option("--seed", type=int, default=1994, show_default=True, metavar="N", help="Decides which packets are lost.")
@click.option("--output", type=click.Path(path_type=Path), default=Path(), metavar="DIR",
              help="Where the captures go. [default: this folder]")  # fmt: skip
def demo(seed: int, output: Path) -> None:
    """See stacks carry traffic; needs no root, and shows Linux's curl where it has it.

    Two hosts in virtual time, joined by a link that loses 2 % of the packets and delays the others by 40 ms, carry
    10 MB through TCP/IP and through TCP straight over Ethernet without checksums. Leaves a capture of each.
    """
    if not output.is_dir():
        raise CommandError(f"--output {output}: there is no such folder")
    console = Console()
    files = [load(name) for name in STACKS]
    console.print(f"Two hosts in memory, a link with {LOSS:.0%} loss and {DELAY * 1000:.0f} ms delay, two stacks:")
    console.print(Columns([Panel(file.drawing, title=file.name, expand=False) for file in files]))
    outcomes = [_transfer(file, seed, output) for file in files]
    console.print(_table(outcomes))
    for outcome in outcomes:
        console.print(f"Capture of {outcome.stack.name}, for Wireshark: {outcome.capture}", highlight=False)
    if not all(outcome.equal for outcome in outcomes):
        raise CommandError("a transfer arrived with other bytes than were sent")
    _show_linux(console, files[0])


def _transfer(file: StackFile, seed: int, output: Path) -> Outcome:
    capture = output / f"foxpy-demo-{file.name}.pcap"
    plan = host.Plan(
        stack=file,
        devices=(parsing.DeviceSpec("link", ""),) * len(file.wants.media),
        settings=Settings((IPv4Interface("10.0.0.1/24"),) if file.wants.addresses else ()),
        pcap=capture,
        decisions=None,
        trace=False,
        faults=FaultConfig(loss=LOSS, delay=DELAY),
        seed=seed,
    )
    return host.run(plan, partial(_two_hosts, capture=capture))


async def _two_hosts(plan: host.Plan, capture: Path) -> Outcome:
    began = time.perf_counter()
    async with host.hosts(plan) as (near, far):
        assert far is not None
        server, client = _tcp(far), _tcp(near)
        sent, received = hashlib.sha256(), hashlib.sha256()
        listener = listen_tcp(server, PORT)

        async def serve() -> None:
            async with await listener.accept() as stream:
                for piece in pseudo_random(SIZE):
                    sent.update(piece)
                    await stream.send_all(piece)

        start = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve)
            peer = client.host(host.own_name(far))
            async with await connect_tcp(client, peer, PORT) as stream:
                with Progress(plan.stack.name, SIZE) as progress:
                    while piece := await stream.receive_some(CHUNK):
                        received.update(piece)
                        progress.advance(len(piece))
        virtual = trio.current_time() - start
        counters, others = server.query().counters, client.query().counters
        return Outcome(
            stack=plan.stack,
            equal=sent.digest() == received.digest(),
            virtual=virtual,
            real=time.perf_counter() - began,
            segments=counters["segments_sent"] + others["segments_sent"],
            retransmissions=counters["retransmissions"] + others["retransmissions"],
            capture=capture,
        )


def _tcp(stack: object) -> Tcp[Hashable]:
    tcp = getattr(stack, "tcp", None)
    assert isinstance(tcp, Tcp)
    return tcp


def _table(outcomes: list[Outcome]) -> Table:
    table = Table(title=f"{SIZE / 1e6:.0f} MB, one way, in virtual time", box=box.SIMPLE, pad_edge=False)
    for heading in ("stack", "time", "goodput", "segments", "resent", "SHA-256", "took"):
        table.add_column(heading, justify="left" if heading in ("stack", "SHA-256") else "right", no_wrap=True)
    for outcome in outcomes:
        table.add_row(
            outcome.stack.name,
            f"{outcome.virtual:.1f} s",
            f"{SIZE * 8 / outcome.virtual / 1e6:.2f} Mb/s",
            str(outcome.segments),
            str(outcome.retransmissions),
            "equal" if outcome.equal else "[bold red]differs",
            f"{outcome.real:.1f} s",
        )
    return table


# -- as root: Linux's curl


def _show_linux(console: Console, file: StackFile) -> None:
    reason = why_not()
    if reason is None and shutil.which("curl") is None:
        reason = "needs curl (Debian: apt-get install curl)"
    if reason is not None:
        console.print(f"Linux's curl over a tap is not shown: {reason}.", highlight=False)
        return
    host.in_trio(_serve_curl, console, file)


async def _serve_curl(console: Console, file: StackFile) -> None:
    """A tap in a network namespace of its own: Linux on the one end with curl, the stack on the other."""
    url = f"http://10.0.0.2/bytes/{SIZE}"
    with namespace() as place:
        device = tap("foxpy0", kernel_address="10.0.0.1/24")
        stack = file.build([device], Settings((IPv4Interface("10.0.0.2/24"),)))
        with place.entered():  # the tap is made where the thread is when it is initialized
            device.initialize()
        async with stack.running(), trio.open_nursery() as nursery:
            await serve_streams(_tcp(stack), [parsing.Service("http", 80)], HttpService(), nursery)
            console.print(f"\nAs root: Linux's own curl, over a tap in a namespace of its own\n  $ curl {url}")
            began = time.perf_counter()
            command = place.command("curl", "--silent", "--show-error", "--fail", "--max-time", "60", url)
            done = await trio.run_process(command, capture_stdout=True, env=dict(os.environ))
            took = time.perf_counter() - began
            nursery.cancel_scope.cancel()
        device.finalize()
    expected = hashlib.sha256(b"".join(pseudo_random(SIZE))).hexdigest()
    if hashlib.sha256(done.stdout).hexdigest() != expected:
        raise CommandError("curl got other bytes than were served")
    console.print(
        f"  {len(done.stdout)} bytes in {took:.2f} s, {SIZE * 8 / took / 1e6:.0f} Mbit/s, SHA-256 equal",
        highlight=False,
    )

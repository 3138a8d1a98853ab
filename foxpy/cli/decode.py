"""``foxpy decode``: what is in a capture file, packet by packet."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Final

import click

from foxpy.cli.progress import Progress
from foxpy.cli.protocols import registry_with
from foxpy.cli.usage import CommandError
from foxpy.decode.bits import bits
from foxpy.decode.filter import FilterError, compile_filter
from foxpy.decode.frames import Frame, frames
from foxpy.decode.rebuilding import What, findings
from foxpy.decode.registry import Registry
from foxpy.devices.pcap import Captured, PcapError, open_capture

STRIDE: Final = 256
"""Packets from one step of the progress bar to the next."""


@click.command(short_help="Show the packets of a capture, in lines, in JSON or in bits.")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a packet, with every layer and every field.")
@click.option("--filter", "filter_", metavar="EXPR", help="Only the packets for which EXPR holds; see above.")
@click.option("--bits", "number", type=click.IntRange(min=1), metavar="N", help="Only packet N, bit by bit.")
@click.option(
    "--verify",
    "verifying",
    is_flag=True,
    help="Build each packet again from what was read, and tell what differs; status 1 if anything does.",
)
@click.option("--with", "definitions", multiple=True, metavar="FILE.py",
              help="Read protocols of yours, too: FILE.py has a function register(registry).")  # fmt: skip
def decode(
    file: str,
    as_json: bool,
    filter_: str | None,
    number: int | None,
    verifying: bool,
    definitions: tuple[str, ...],
) -> None:
    """Show what is in the capture FILE, pcap or pcapng, one packet a line; - reads standard input.

    \b
    foxpy decode capture.pcap
    foxpy decode capture.pcapng --json | jq -c '.layers[].fields.ttl'
    foxpy decode capture.pcap --bits 7
    foxpy decode capture.pcap --verify
    tcpdump -w - | foxpy decode - --filter 'udp.dport == 53'

    A filter joins tests by and, or, not and parentheses. A layer alone asks whether it is there, a field alone whether
    it is not zero; of several values (options, tunnelled headers) one has to fit. Fields are named as in --json:

    \b
    tcp.dport == 80 and ipv4.src == 10.0.0.1         one server, one client
    ipv4.src in 10.0.0.0/8 and not arp               networks
    tcp.dport in (80, 8080) or udp.length > 512      one of several, sizes
    tcp.flags & 0x02 and tcp.options.size < 1460     bits; what is in options
    tcp.options.Sack or len(tcp.body) > 0            a kind of option; bytes or elements
    tcp.body contains "GET" or ethernet.src == 02:00:00:00:00:01
    frame.length > 1000 and frame.number < 100       also frame.time, frame.captured, frame.link
    malformed or bad_checksum or cut                 what is wrong, or was not captured whole

    Nothing is reassembled: of a protocol over TCP the messages are shown that lie whole in a segment, of a fragmented
    datagram what the first fragment has.
    """
    if sum((as_json, number is not None, verifying)) > 1:
        raise CommandError("--json, --bits and --verify are three ways to show packets; choose one")
    if number is not None and filter_ is not None:
        raise CommandError("--bits shows packet N, whatever is in it; leave --filter out")
    registry = registry_with(definitions)
    try:
        wanted = compile_filter(filter_, registry) if filter_ is not None else None
    except FilterError as error:
        raise CommandError(f"--filter: {error}") from None
    with piped():
        if number is not None:
            _show_bits(registry, file, number)
            return
        found: Iterable[Frame] = frames(registry, packets(file))
        if wanted is not None:
            found = filter(wanted, found)
        if verifying:
            _verify(found)
        else:
            _show(found, Frame.json if as_json else Frame.line)


def _show(found: Iterable[Frame], how: Callable[[Frame], str]) -> None:
    write = sys.stdout.write
    for frame in found:
        write(how(frame) + "\n")


def _show_bits(registry: Registry, file: str, number: int) -> None:
    count = 0
    for count, captured in enumerate(packets(file), 1):
        if count == number:
            click.echo(bits(Frame.read(registry, number, captured)))
            return
    raise CommandError(f"--bits {number}: {file} has {count} packets")


def _verify(found: Iterable[Frame]) -> None:
    """Print what differs and a summary. Raises SystemExit where anything does."""
    counts: Counter[What | None] = Counter()
    total = 0
    for frame in found:
        total += 1
        seen: set[What] = set()
        for finding in findings(frame):
            seen.add(finding.what)
            click.echo(f"{frame.number} {finding.what.value}: {finding.text}")
        counts.update(seen or [None])
    told = [f"{counts[what]} {words}" for what, words in SUMMARY.items() if counts[what]]
    click.echo(f"{total} packets: {', '.join([f'{counts[None]} built again byte for byte', *told])}")
    if told:
        raise SystemExit(1)


SUMMARY: Final = {
    What.CHECKSUM: "with a wrong checksum",
    What.MALFORMED: "malformed",
    What.DIFFERS: "that differ",
}


def packets(file: str) -> Iterator[Captured]:
    """The packets of ``file``, with a progress bar. Raises CommandError where it cannot be read or is broken."""
    with contextlib.ExitStack() as closing:
        try:
            size = None if file == "-" else Path(file).stat().st_size
            reader = closing.enter_context(open_capture(sys.stdin.buffer if file == "-" else file))
            # Lines on the same terminal show well enough how far it is
            bar = None if sys.stdout.isatty() else closing.enter_context(Progress(f"decoding {file}", size))
            told = 0
            for count, captured in enumerate(reader):
                yield captured
                if bar is not None and count % STRIDE == 0:
                    bar.advance(reader.offset - told)
                    told = reader.offset
        except PcapError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error


@contextlib.contextmanager
def piped() -> Iterator[None]:
    """What is printed reaches standard output, or ends quietly where whoever reads that has had enough."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names from the network are not always of this encoding
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # not to fail again at exit
        raise SystemExit(0) from None

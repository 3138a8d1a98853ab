"""``foxpy decode``: what is in a capture file, packet by packet."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from foxpy.cli.progress import Progress
from foxpy.cli.usage import CommandError
from foxpy.decode.frames import frames
from foxpy.decode.registry import Registry
from foxpy.devices.pcap import Captured, PcapError, open_capture

STRIDE = 256
"""Packets from one step of the progress bar to the next."""


@click.command(short_help="Show the packets of a capture, in lines or in JSON.")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a packet, with every layer and every field.")
def decode(file: str, as_json: bool) -> None:
    """Show what is in the capture FILE (pcap or pcapng), one packet a line; - reads standard input.

    \b
    foxpy decode capture.pcap
    foxpy decode capture.pcap --json | jq -c '.layers[].fields.ttl'
    tcpdump -w - | foxpy decode -
    """
    registry = Registry()
    with piped():
        for frame in frames(registry, packets(file)):
            click.echo(frame.json() if as_json else frame.line())


def packets(file: str) -> Iterator[Captured]:
    """The packets of ``file``, with a progress bar. Raises CommandError where it cannot be read or is broken."""
    with contextlib.ExitStack() as closing:
        try:
            size = None if file == "-" else Path(file).stat().st_size
            reader = closing.enter_context(open_capture(sys.stdin.buffer if file == "-" else file))
        except PcapError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        bar = closing.enter_context(Progress(f"decoding {file}", size))
        told = 0
        try:
            for count, captured in enumerate(reader):
                yield captured
                if count % STRIDE == 0:
                    bar.advance(reader.offset - told)
                    told = reader.offset
        except PcapError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error


@contextlib.contextmanager
def piped() -> Iterator[None]:
    """End quietly where whoever reads standard output has had enough."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # not to fail again at exit
        raise SystemExit(0) from None

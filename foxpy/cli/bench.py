"""``foxpy bench``: what foxpy does on this machine, beside others in the same run."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import click

from foxpy.bench import congestion as congestions
from foxpy.bench import connections, fox_tables, impaired, link, over_ethernet, ping, plot, pps, report, tcp
from foxpy.bench.figures import Result
from foxpy.bench.load import LoadFailed
from foxpy.bench.machine import Build, build
from foxpy.bench.settings import Refused, Settings, available
from foxpy.cli.usage import CommandError

F = TypeVar("F", bound=Callable[..., object])
Measure = Callable[[Settings], Result]

MEASURES: Final[dict[str, Measure]] = {
    "fox-tables": fox_tables.measure,
    "tcp": tcp.measure,
    "tcp-over-ethernet": over_ethernet.measure,
    "impaired": impaired.measure,
    "ping": ping.measure,
    "pps": pps.measure,
    "connections": connections.measure,
    "link": link.measure,
}


class _Doing:
    """Says on standard error what is being done: one line that changes on a terminal, else a line for each round."""

    about: str
    """What is being measured."""

    def __init__(self) -> None:
        self.about = ""
        self._changing = sys.stderr.isatty()
        self._last = ""

    def __call__(self, doing: str) -> None:
        if self._changing:
            sys.stderr.write(f"\r\x1b[K{self.about}: {doing}"[:200])
            sys.stderr.flush()
            return
        headline = f"{self.about}: {doing.partition(':')[0]}"
        if headline != self._last:
            click.echo(headline, err=True)
        self._last = headline

    def over(self) -> None:
        if self._changing:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _options(peers: tuple[str, ...] = (), *, streams: bool = False) -> Callable[[F], F]:
    """The options of every measurement; those without peers have no --peers, those with ``streams`` TCP to Linux's."""
    options = [
        click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, metavar="N",
                     help="How many rounds; all are measured in each."),
        click.option("--seconds", type=click.FloatRange(0.01), default=1.0, show_default=True, metavar="S",
                     help="How long one is measured in one round."),
        click.option("--cpu", type=click.IntRange(0), default=0, show_default=True, metavar="N",
                     help="The CPU of what is measured; a client that is apart gets another one."),
        click.option("--python", "other", metavar="PATH",
                     help="The interpreter of another environment whose foxpy is measured as well: the interpreted one "
                     "beside the compiled, for example."),
        click.option("--compiled/--interpreted", "expected", default=None,
                     help="Refuse to measure unless the foxpy that runs this is so."),
        click.option("--json", "as_json", is_flag=True, help="Print a list of objects, one for each row."),
        click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.svg",
                     help="Draw a plot, too."),
    ]  # fmt: skip
    if streams:
        options.append(
            click.option("--congestion", type=click.Choice(sorted(congestions.OURS)), default=congestions.DEFAULT,
                         show_default=True, help="The congestion control of foxpy and Linux.")
        )  # fmt: skip
    if peers:
        options.append(
            click.option("--peers", metavar="LIST", help=f"Who is measured beside foxpy, of {', '.join(peers)}.")
        )

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _settings(
    doing: _Doing, rounds: int, seconds: float, cpu: int, other: str | None, expected: bool | None,
    peers: str | None, known: tuple[str, ...],
) -> Settings:  # fmt: skip
    own = build()
    if expected is not None and own.compiled != expected:
        raise CommandError(f"--{'compiled' if expected else 'interpreted'}: this foxpy is {own.mode}; measure it from "
                           "another environment, or with --python beside this one")  # fmt: skip
    if cpu not in available():
        raise CommandError(f"--cpu {cpu}: this process may run on CPU {', '.join(map(str, sorted(available())))}")
    wanted: frozenset[str] | None = None
    if peers is not None:
        wanted = frozenset(each.strip() for each in peers.split(",") if each.strip())
        strange = sorted(wanted - set(known))
        if strange:
            raise CommandError(f"--peers {','.join(strange)}: the peers here are {', '.join(known)}")
    return Settings(own, rounds, seconds, cpu, _other(other, own), wanted, doing)


def _other(path: str | None, own: Build) -> Build | None:
    if path is None:
        return None
    try:
        found = build(path)
    except ValueError as error:
        raise CommandError(f"--python: {error}") from None
    if found.compiled == own.compiled:
        raise CommandError(f"--python {path}: its foxpy is {found.mode} like this one; they would have the same name")
    return found


def _run(
    names: tuple[str, ...],
    known: tuple[str, ...] = (),
    *,
    rounds: int,
    seconds: float,
    cpu: int,
    other: str | None,
    expected: bool | None,
    as_json: bool,
    output: Path | None,
    peers: str | None = None,
    congestion: str | None = None,
) -> None:
    doing = _Doing()
    results = []
    # What `timeout` sends, for one: the machines made here are taken away as they are after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        settings = _settings(doing, rounds, seconds, cpu, other, expected, peers, known)
        if congestion is not None:
            congestions.choose(congestion)
        if output is not None:
            plot.available()
            if not output.parent.is_dir():
                raise CommandError(f"--output {output}: there is no folder {output.parent}")
        click.echo(report.machine_text(), err=as_json)
        for name in names:
            doing.about = name
            result = MEASURES[name](settings)
            doing.over()
            results.append(result)
            if as_json:
                for line in report.left_out(result):
                    click.echo(line, err=True)  # no row tells of it
            else:
                click.echo(f"\n{report.as_text(result)}")
            if output is not None:
                plot.save(result, output if len(names) == 1 else output.with_stem(f"{output.stem}-{name}"))
    except (Refused, LoadFailed) as error:
        doing.over()
        raise CommandError(f"bench: {error}") from None
    except OSError as error:
        doing.over()
        raise CommandError(f"bench: {error}") from error
    if as_json:
        click.echo(report.as_json(results))


@click.group(short_help="Measure foxpy beside Linux and others.")
def bench() -> None:
    """Measure foxpy on this machine, beside Linux and others in the same run.

    Only ratios of one run mean much: rounds are interleaved, the ratio of each round is taken, and its median and
    spread are shown. All but `link` and `tcp-over-ethernet` need root, and work in network namespaces of their own.
    The other end is a C program where a compiler is there. Peers that are not installed are named and left out.

    \b
      foxpy bench link                                      two hosts in one process, no root
      sudo foxpy bench tcp -o tcp.svg                       bulk and echo, and a plot of the ratios
      sudo foxpy bench tcp --peers linux --rounds 3         beside Linux alone, and quicker
      sudo foxpy bench all --json > figures.json            everything, for a program to read
      sudo foxpy bench tcp --congestion bbr                 with BBR on both sides, in place of CUBIC
      sudo foxpy bench tcp --python pure/bin/python         a compiled and an interpreted foxpy in one run
    """


@bench.command("fox-tables", short_help="Round trips and throughput of IP, UDP and TCP, as measured in 1994.")
@_options(fox_tables.PEERS, streams=True)
def _fox_tables(**options: object) -> None:
    """The tables of "Signatures for a Network Protocol Stack" for this machine, those of 1994 beside them."""
    _run(("fox-tables",), fox_tables.PEERS, **options)  # type: ignore[arg-type]  # click gives exactly these


@bench.command("tcp", short_help="TCP bulk and echo over taps, plain and with offloads.")
@_options(tcp.PEERS, streams=True)
def _tcp(**options: object) -> None:
    """TCP bulk both ways, echo round trips and UDP echo, over taps with and without offloads.

    Beside Linux over a veth, slirp4netns where it is installed, and PyTCP, for which an environment is made from PyPI.
    `--peers streams` has one and the same trio program run on foxpy's streams and on Linux's sockets.
    """
    _run(("tcp",), tcp.PEERS, **options)  # type: ignore[arg-type]  # click gives exactly these


@bench.command("tcp-over-ethernet", short_help="What leaving out IP and the checksum is worth.")
@_options()
def _over_ethernet(**options: object) -> None:
    """TCP straight over Ethernet without checksums, beside TCP/IP with them, by writes of 1 byte to 64 KB. No root."""
    _run(("tcp-over-ethernet",), **options)  # type: ignore[arg-type]  # click gives exactly these


@bench.command("impaired", short_help="TCP through loss, reordering, delay, short and long queues, an outage.")
@_options(impaired.PEERS)
def _impaired(**options: object) -> None:
    """Goodput of TCP both ways through twelve bad paths, beside Linux through the same relay.

    SHA-256 of what arrives is compared each time. A round takes some minutes: --seconds 0.5 sends half as much.
    """
    _run(("impaired",), impaired.PEERS, **options)  # type: ignore[arg-type]  # click gives exactly these


@bench.command("ping", short_help="ICMP echo round trips against the size of what they carry.")
@_options(ping.PEERS)
def _ping(**options: object) -> None:
    """ICMP echo round trips from 0 bytes to 64 KB, and what each byte adds, beside Linux."""
    _run(("ping",), ping.PEERS, **options)  # type: ignore[arg-type]  # click gives exactly these


@bench.command("pps", short_help="64-byte frames per second over AF_XDP, AF_PACKET and taps.")
@_options(pps.PEERS)
def _pps(**options: object) -> None:
    """64-byte frames per second, received, transmitted and reflected, over AF_XDP, AF_PACKET and a tap.

    Beside AF_XDP in C on the same veth; and UDP echo by the whole stack on AF_XDP, beside Linux's on the same veth.
    """
    _run(("pps",), pps.PEERS, **options)  # type: ignore[arg-type]  # click gives exactly these


@bench.command("connections", short_help="Connections per second, and the memory of each.")
@_options(connections.PEERS, streams=True)
def _connections(**options: object) -> None:
    """Short connections per second beside Linux, and the memory of an idle one among 10,000."""
    _run(("connections",), connections.PEERS, **options)  # type: ignore[arg-type]  # click gives exactly these


@bench.command("link", short_help="Segments per second between two hosts of one process.")
@_options()
def _link(**options: object) -> None:
    """Full-size TCP segments per second between two hosts of one process. No root."""
    _run(("link",), **options)  # type: ignore[arg-type]  # click gives exactly these


@bench.command("all", short_help="Everything, one after the other.")
@_options(streams=True)
def _all(**options: object) -> None:
    """Everything, one after the other; a plot for each, named FILE-tcp.svg and so on. Takes an hour."""
    _run(tuple(MEASURES), **options)  # type: ignore[arg-type]  # click gives exactly these

"""``foxpy plot``: what a TCP transfer looked like."""

from __future__ import annotations

from pathlib import Path

import click

from foxpy.cli.explain import load
from foxpy.cli.usage import CommandError
from foxpy.decisions.drawing import Missing, available, draw
from foxpy.decisions.series import series


@click.command(short_help="Draw a TCP transfer: sequence numbers, windows, round trips, rate.")
@click.argument("log", type=click.Path(path_type=Path), metavar="LOG")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE.svg",
              help="Where to put it. [default: LOG, with .svg for its suffix]")  # fmt: skip
@click.option("--connection", metavar="NUMBER|NAME", help="Which one, where the log has several: see the list.")
@click.option("--from", "since", type=float, metavar="SECONDS", help="Leave out what was before, since it began.")
@click.option("--to", "until", type=float, metavar="SECONDS", help="Leave out what came after.")
def plot(log: Path, output: Path | None, connection: str | None, since: float | None, until: float | None) -> None:
    """Draw one connection of LOG, a decision log, as SVG.

    \b
    foxpy fetch http://10.0.0.2/x --put FILE --faults rate=10mbit,queue=40,delay=20ms --decisions log.ndjson
    foxpy plot log.ndjson -o out.svg
    foxpy plot log.ndjson -o first-second.svg --to 1
    foxpy plot log.ndjson -o loss.svg --from 0.3 --to 0.9 --connection 2

    From the top: each segment as a bar at the time when it was sent, from its first sequence number to its last, and in
    red what was sent again; under them the acknowledgements, above them the edge of the receive window, and what SACK
    blocks told. The congestion window, its threshold, and what was in flight. Round trips, smoothed, and the
    retransmission timeout. The rate at which data arrived. Where losses were being repaired the ground is red, a dotted
    line is a retransmission timeout. Of a connection that mostly received, what was delivered.

    The same log gives the same file. foxpy explain LOG says the same in sentences.
    """
    path = output or log.with_suffix(".svg")
    if path.suffix != ".svg":
        raise CommandError(f"--output {path}: it is drawn as SVG; write a name like {path.stem or 'out'}.svg")
    if since is not None and until is not None and not since < until:
        raise CommandError(f"--from {since:g} --to {until:g}: nothing lies between; write the earlier time first")
    try:
        available()
        found = series(load(log, connection), since, until)
        if not (found.new.times or found.again.times or found.acked.times):
            raise CommandError(f"{log}: nothing was sent or received in that time; give other times, or none")
        draw(found, path)
    except Missing as error:
        raise CommandError(str(error)) from None
    except OSError as error:
        raise CommandError(f"--output {path}: {error.strerror}") from error

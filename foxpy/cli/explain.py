"""``foxpy explain``: why a transfer took as long as it did."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
import click

from foxpy.cli.usage import CommandError
from foxpy.decisions import (
    Account,
    LogError,
    NoSuchConnection,
    account,
    by_connection,
    choose,
    headline,
    read_decisions,
)
from foxpy.decisions import explain as explained
from foxpy.decisions.sentences import sentences, unknown
from foxpy.layers.tcp.events import TcpEvent


def load(log: Path, connection: str | None) -> Sequence[TcpEvent]:
    """The events of one connection in the file ``log``. Raises CommandError."""
    try:
        with log.open("rb") as file:
            found = by_connection(read_decisions(file))
        return choose(found, connection)
    except LogError as error:
        raise CommandError(f"{log}: {error}") from None
    except NoSuchConnection as error:
        raise CommandError(f"{log}: {error}\nwith --connection NUMBER, or a part of the name") from None
    except OSError as error:
        raise CommandError(f"{log}: {error.strerror}") from error


@click.command(short_help="Say why a TCP transfer took as long as it did.")
@click.argument("log", type=click.Path(path_type=Path), metavar="LOG")
@click.option("--connection", metavar="NUMBER|NAME", help="Which one, where the log has several: see the list.")
@click.option(
    "--json", "as_json", is_flag=True, help="Everything as one JSON object; times in seconds, sizes in bytes."
)
def explain(log: Path, connection: str | None, as_json: bool) -> None:
    """Say in sentences why a transfer took as long as it did, from LOG, a decision log.

    \b
    foxpy fetch http://10.0.0.2/x --put FILE --faults loss=0.02,delay=20ms --decisions log.ndjson
    foxpy explain log.ndjson
    foxpy explain log.ndjson --connection 2
    foxpy explain log.ndjson --json | jq .spent

    The first sentence is what matters most. Each instant is on account of one thing that kept the next byte back, so
    that the shares add up. What this side cannot know, such as why the peer was slow, is said as well; a log of the
    other side may tell. foxpy plot LOG draws the same connection.
    """
    found = account(load(log, connection))
    click.echo(json.dumps(as_data(found), indent=2) if as_json else explained(found))


def as_data(found: Account) -> dict[str, object]:
    """``found`` for JSON."""
    data = attrs.asdict(found, recurse=False)
    return {"headline": headline(found), **{name: _plain(value) for name, value in data.items()},
            "sentences": [*sentences(found)], "unknown": [*unknown(found)]}  # fmt: skip


def _plain(value: object) -> object:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return {_plain(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if attrs.has(type(value)):
        return {name: _plain(each) for name, each in attrs.asdict(value, recurse=False).items()}  # type: ignore[arg-type]  # has() says that it is an attrs instance
    return value

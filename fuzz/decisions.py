"""Decision logs: any bytes are events, which can be explained and drawn, or the one error."""

from io import BytesIO

from foxpy.decisions import LogError, account, by_connection, explain, read_decisions
from foxpy.decisions.lines import decode, encode
from foxpy.decisions.series import series
from fuzz.harness import fuzz
from tests.support.tcp_decisions import logged, sends

HEADER = b'{"format": "foxpy decisions", "version": 1, "clock": "virtual"}\n'


def read(data: bytes) -> None:
    try:
        events = list(read_decisions(BytesIO(data)))
    except LogError:
        return
    for event in events:
        assert decode(encode(event).encode(), 2) == event, event
    for told in by_connection(events).values():
        assert explain(account(told))
        assert series(told).connection == told[0].connection


LINES = [encode(event).encode() + b"\n" for event in logged(sends(20_000), lost={3}).left]
fuzz(read, seeds=[HEADER + b"".join(LINES[at : at + 8]) for at in range(0, len(LINES), 8)])

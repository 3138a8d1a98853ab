"""Payloads: a body is given as bytes, a window or another packet, and pushed without being built first."""

from __future__ import annotations

from typing import Protocol

from foxpy.wire.out import Out
from foxpy.wire.window import BUFFERS, Buffer, Window


class Pushable(Protocol):
    """A packet, as far as what it is the body of needs to know."""

    def push(self, out: Out) -> None: ...
    def build(self) -> bytes: ...


def body_window(body: Buffer | Pushable | Window) -> Window:
    """What a value's body reads as."""
    if isinstance(body, Window):
        return body
    data = bytes(body) if isinstance(body, BUFFERS) else body.build()
    return Window(data, 0, len(data))


def body_bytes(body: Buffer | Pushable | Window) -> bytes:
    """A body's bytes, for one that is not the end of its packet."""
    return bytes(body) if isinstance(body, (Window, BUFFERS)) else body.build()


def push_body(out: Out, body: Buffer | Pushable | Window) -> None:
    """Write a body in front of what is in ``out``."""
    if isinstance(body, Window):
        out.push_bytes(body.buf[body.start : body.end])
    elif isinstance(body, BUFFERS):
        out.push_bytes(body)
    else:
        body.push(out)

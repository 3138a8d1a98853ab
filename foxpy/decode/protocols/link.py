"""Ethernet frames."""

from __future__ import annotations

from typing import assert_never

from foxpy.decode.line import Here
from foxpy.decode.protocol import Inside, Table, protocol
from foxpy.layers.ethernet.wire import EthernetII, Ieee8023, UndefinedFrame
from foxpy.layers.ethernet.wire import ethernet as classifier

Frame = EthernetII | Ieee8023 | UndefinedFrame


def _inside(frame: Frame) -> Inside | None:
    match frame:
        case EthernetII(kind=kind, body=body):
            return Inside(Table.ETHERTYPE, (kind,), body)
        case Ieee8023(body=body):
            return Inside(Table.ETHERTYPE, (LLC,), body)
        case UndefinedFrame():
            return None
        case never:
            assert_never(never)


def _words(frame: Frame, here: Here) -> str:
    ends = f"{frame.src} > {frame.dst}"
    match frame:
        case EthernetII(kind=kind, body=body):
            if here.next is None:
                return f"{ends}, ethertype {kind:#06x}, {here.raw(body.start, body.end)}"
            return f"{ends}, {here.inner()}"
        case Ieee8023(body=body):
            return f"{ends}, 802.3 {here.raw(body.start, body.end)}"
        case UndefinedFrame(kind=kind):
            behind = here.layer.start + EthernetII.MIN
            return f"{ends}, undefined type {kind:#06x}, {here.raw(behind, here.layer.end)}"
        case never:
            assert_never(never)


LLC = -1
ethernet = protocol("ethernet", classifier, title="Ethernet", inside=_inside, words=_words)

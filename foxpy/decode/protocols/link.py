"""Ethernet frames, VLAN tags, and the LLC header of frames that have a length in place of an ethertype."""

from __future__ import annotations

from typing import assert_never

from foxpy.decode.line import Here
from foxpy.decode.protocol import Inside, Table, protocol
from foxpy.layers.ethernet.wire import EthernetII, Ieee8023, UndefinedFrame
from foxpy.layers.ethernet.wire import ethernet as frames
from foxpy.layers.llc.wire import Numbered, Snap, Unnumbered
from foxpy.layers.llc.wire import llc as headers
from foxpy.layers.vlan.wire import Tagged, TaggedLlc, UndefinedTag
from foxpy.layers.vlan.wire import vlan as tags
from foxpy.wire import Window

# -- Ethernet


def _in_frame(frame: EthernetII | Ieee8023 | UndefinedFrame) -> Inside | None:
    match frame:
        case EthernetII(kind=kind, body=body):
            return Inside(Table.ETHERTYPE, (kind,), body)
        case Ieee8023(body=body):
            return Inside.named("llc", body)
        case UndefinedFrame():
            return None
        case never:
            assert_never(never)


def _frame_words(frame: EthernetII | Ieee8023 | UndefinedFrame, here: Here) -> str:
    ends = f"{frame.src} > {frame.dst}"
    match frame:
        case EthernetII(kind=kind, body=body):
            return f"{ends}, {_typed(kind, body, here)}"
        case Ieee8023():
            return f"{ends}, 802.3 {here.inner() or 'length 0'}"
        case UndefinedFrame(kind=kind):
            behind = here.layer.start + EthernetII.MIN
            return f"{ends}, undefined type {kind:#06x}, {here.raw(behind, here.layer.end)}"
        case never:
            assert_never(never)


def _typed(kind: int, body: Window, here: Here) -> str:
    return here.inner() if here.next is not None else f"ethertype {kind:#06x}, {here.raw(body.start, body.end)}"


ethernet = protocol("ethernet", frames, title="Ethernet", inside=_in_frame, words=_frame_words)

# -- VLAN tags


def _in_tag(tag: Tagged | TaggedLlc | UndefinedTag) -> Inside | None:
    match tag:
        case Tagged(kind=kind, body=body):
            return Inside(Table.ETHERTYPE, (kind,), body)
        case TaggedLlc(body=body):
            return Inside.named("llc", body)
        case UndefinedTag():
            return None
        case never:
            assert_never(never)


def _tag_words(tag: Tagged | TaggedLlc | UndefinedTag, here: Here) -> str:
    words = f"vlan {tag.vid}, p {tag.pcp}{', DEI' if tag.dei else ''}"
    match tag:
        case Tagged(kind=kind, body=body):
            return f"{words}, {_typed(kind, body, here)}"
        case TaggedLlc():
            return f"{words}, 802.3 {here.inner() or 'length 0'}"
        case UndefinedTag(kind=kind):
            return f"{words}, undefined type {kind:#06x}"
        case never:
            assert_never(never)


vlan = protocol("vlan", tags, title="vlan", inside=_in_tag, words=_tag_words)

# -- LLC


def _in_llc(header: Snap | Unnumbered | Numbered) -> Inside:
    match header:
        case Snap(oui=0, kind=kind, body=body):
            return Inside(Table.ETHERTYPE, (kind,), body)
        case Snap(body=body):
            return Inside.unknown(body)
        case Unnumbered(dsap=point, body=body) | Numbered(dsap=point, body=body):
            return Inside(Table.SAP, (point & 0xFE,), body)
        case never:
            assert_never(never)


def _llc_words(header: Snap | Unnumbered | Numbered, here: Here) -> str:
    match header:
        case Snap(oui=oui, kind=kind, body=body):
            return f"SNAP, {f'oui {oui:#08x}, ' if oui else ''}{_typed(kind, body, here)}"
        case Unnumbered() | Numbered():
            inner = here.inner() or "length 0"
            return f"LLC, dsap {header.dsap:#04x}, ssap {header.ssap:#04x}, {inner}"
        case never:
            assert_never(never)


llc = protocol("llc", headers, inside=_in_llc, words=_llc_words)

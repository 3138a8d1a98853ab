"""An identity layer that tells of every packet in one line, as tcpdump would, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias, TypeVar

from foxpy import dissect
from foxpy.dissect import Dissector
from foxpy.interpose import Interposable, Interposer, Session
from foxpy.layers.carried import Carried, carried, name_of
from foxpy.layers.interposing import Framing, Watching
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.status import Status
from foxpy.transfer import Connection
from foxpy.wire import PacketError

L = TypeVar("L", bound=Interposable)

# -- configuration

Write: TypeAlias = Callable[[str], object]
"""Takes each line, without its end. It is called in the middle of the stack: it must neither block nor raise."""

DISSECTORS: Final[dict[Carried, Dissector]] = {
    Carried.FRAME: dissect.frame,
    Carried.ARP: dissect.arp,
    Carried.IP: dissect.ip,
    Carried.ICMP: dissect.icmp_message,
    Carried.TCP: dissect.tcp,
    Carried.UDP: dissect.udp,
    Carried.BYTES: dissect.raw,
}


# -- factory


def trace(layer: L, write: Write = print, *, name: str | None = None, decode: Dissector | None = None) -> L:
    """Tell ``write`` of all packets and events that pass ``layer``, a protocol or a carrier, on connections opened
    from now on; gives ``layer`` back.

    A line has the time (seconds of the stack's clock), ``name`` (by default the layer's), the direction, and what
    ``decode`` makes of the packet: by default what is known to pass there, else its first bytes. Above Ethernet with
    an ethertype of one's own that is not known: ``trace(carrier, decode=dissect.tcp)``.
    """
    return layer.interpose(Trace(layer, write, name=name, decode=decode))


class Trace(Interposer):
    """Tells what passes ``layer``, on which it is to be put."""

    def __init__(
        self, layer: Interposable, write: Write = print, *, name: str | None = None, decode: Dissector | None = None
    ) -> None:
        self.name = name_of(layer) if name is None else name
        self._layer = layer
        self._write = write
        self._decode = decode

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return _TraceSession(self.name, self._write, self._decode or self._dissector(connection), runtime)

    def _dissector(self, connection: Connection) -> Dissector:
        """How to read what passes: the header of the nearest micro-protocol above, else what the layer carries."""
        interposers = self._layer.interposers
        above = interposers[interposers.index(self) + 1 :] if self in interposers else ()
        for interposer in above:
            if isinstance(interposer, Framing):
                return _described(interposer)
        return DISSECTORS[carried(self._layer, connection)]


def framed(interposers: Iterable[Interposer], inner: Dissector) -> Dissector:
    """Reads what ``inner`` reads through the headers of ``interposers``, the nearest to the wire first.

    Where one of them has no whole packet inside it is described itself.
    """
    framings = [interposer for interposer in interposers if isinstance(interposer, Framing)]

    def describe(frame: bytes, start: int, end: int) -> str:
        path = ""
        for framing in framings:
            try:
                inside = framing.inside(frame, start, end)
            except PacketError:
                inside = None
            if inside is None or not start <= inside[0] <= inside[1] <= end:
                return f"{path}{_described(framing)(frame, start, end)}"
            start, end = inside
            path += f"{type(framing).__name__.lower()}, "
        return f"{path}{inner(frame, start, end)}"

    return describe


def _described(framing: Framing) -> Dissector:
    def describe(frame: bytes, start: int, end: int) -> str:
        try:
            return framing.describe(frame, start, end)
        except PacketError as error:
            return f"{type(framing).__name__} [{error}], {dissect.raw(frame, start, end)}"

    return describe


class _TraceSession(Watching):
    __slots__ = ("_decode", "_name", "_runtime", "_write")

    def __init__(self, name: str, write: Write, decode: Dissector, runtime: Runtime) -> None:
        super().__init__()
        self._name = name
        self._write = write
        self._decode = decode
        self._runtime = runtime

    def _tell(self, direction: str, text: str) -> None:
        self._write(f"{self._runtime.now:.6f} {self._name} {direction} {text}")

    # -- down: send

    def commit(self, writer: Writer, payload: bytes) -> None:
        packet = self.packet(writer, payload)
        # Before it is sent: the answer may come before ``commit`` returns.
        self._tell("out", self._decode(packet, 0, len(packet)))
        self.below.commit(writer, payload)

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self._tell("in", self._decode(frame, start, end))
        self.above.deliver(frame, start, end)

    def status(self, event: Status) -> None:
        self._tell("event", str(event))
        self.above.status(event)

"""An identity layer that writes every packet to a capture file, which tcpdump and Wireshark read."""

from __future__ import annotations

import os
import weakref
from contextlib import suppress
from typing import BinaryIO, Final, TypeVar

import attrs

from foxpy.devices.pcap import ETHERNET, RAW, PcapWriter
from foxpy.devices.pcap.writer import LARGEST
from foxpy.interpose import Interposable, Interposer, Session
from foxpy.layers.carried import Carried, carried
from foxpy.layers.interposing import Watching
from foxpy.message import Writer
from foxpy.runtime import Runtime
from foxpy.transfer import Connection

L = TypeVar("L", bound=Interposable)

# -- configuration

USER0: Final = 147
"""The link type of captures whose packets are nothing that there is a type for."""
LINKTYPES: Final = {Carried.FRAME: ETHERNET, Carried.IP: RAW}


@attrs.frozen
class RecordInfo:
    """The capture now. Counts are packets."""

    linktype: int
    recorded: int
    dropped: int
    """Those that could not be written: the disk is full, the file was closed."""


# -- factory


def record(
    layer: L,
    file: str | os.PathLike[str] | BinaryIO | PcapWriter,
    *,
    linktype: int | None = None,
    snaplen: int = LARGEST,
) -> L:
    """Write all packets that pass ``layer``, a protocol or a carrier, on connections opened from now on, to a capture;
    gives ``layer`` back.

    ``file`` is created or overwritten, or it is a PcapWriter that several layers may share and that its owner closes.
    Unless a ``linktype`` is given it is that of what ``layer`` carries: Ethernet, bare IP, or 147 (user 0) for all
    else. The file is complete after each batch of packets, and closed with ``interposed(layer, Record).close()`` or
    when the stack is gone. Times are those of the stack's clock. Raises OSError where the file cannot be written.
    """
    return layer.interpose(Record(layer, file, linktype=linktype, snaplen=snaplen))


class Record(Interposer):
    """Captures what passes ``layer``, on which it is to be put."""

    def __init__(
        self,
        layer: Interposable,
        file: str | os.PathLike[str] | BinaryIO | PcapWriter,
        *,
        linktype: int | None = None,
        snaplen: int = LARGEST,
    ) -> None:
        self.linktype = LINKTYPES.get(carried(layer), USER0) if linktype is None else linktype
        self._flushing = False
        if isinstance(file, PcapWriter):
            self._capture = file
            return
        self._capture = PcapWriter(file, self.linktype, snaplen)
        weakref.finalize(self, _close_quietly, self._capture)

    def session(self, connection: Connection, runtime: Runtime) -> Session:
        return _RecordSession(self, runtime)

    def take(self, packet: bytes, runtime: Runtime) -> None:
        """Add ``packet`` to the capture."""
        capture = self._capture
        with suppress(ValueError):  # closed: the packets go on without being recorded
            capture.write(runtime.now, packet)
            if not self._flushing:
                self._flushing = True
                runtime.at_end_of_batch(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        self._capture.flush()

    # -- close and abort

    def close(self) -> None:
        """Complete the file and record no more. Raises OSError where packets could not be written."""
        self._capture.close()

    # -- control and query

    def info(self) -> RecordInfo:
        return RecordInfo(self.linktype, self._capture.packets - self._capture.dropped, self._capture.dropped)


def _close_quietly(capture: PcapWriter) -> None:
    with suppress(OSError):
        capture.close()


class _RecordSession(Watching):
    __slots__ = ("_record", "_runtime")

    def __init__(self, record: Record, runtime: Runtime) -> None:
        super().__init__()
        self._record = record
        self._runtime = runtime

    # -- down: send

    def commit(self, writer: Writer, payload: bytes) -> None:
        # Before it is sent: the answer may come before ``commit`` returns.
        self._record.take(self.packet(writer, payload), self._runtime)
        self.below.commit(writer, payload)

    # -- up: deliver

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self._record.take(frame[start:end], self._runtime)
        self.above.deliver(frame, start, end)

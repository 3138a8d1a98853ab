"""A link between two hosts: two devices, and a channel for each direction."""

from __future__ import annotations

import os

from foxpy.devices.pcap import ETHERNET, PcapWriter
from foxpy.runtime import Runtime
from foxpy.testing.lab.channel import Channel
from foxpy.testing.lab.nic import Nic
from foxpy.testing.lab.way import Way


class Link:
    """Made by ``Lab.link``. ``there`` is the direction from the first host to the second, ``back`` the other one."""

    def __init__(
        self, name: str, ends: tuple[Runtime, Runtime], there: Way, back: Way, mtu: int, seed: int | str
    ) -> None:
        self.name = name
        one, other = ends
        self.nics = Nic(one, name, mtu), Nic(other, name, mtu)
        left, right = self.nics
        self._runtime = one
        self.there = Channel(f"{name} there", there, one, f"{seed} {name} there", left.counters, right.mailbox)
        self.back = Channel(f"{name} back", back, other, f"{seed} {name} back", right.counters, left.mailbox)
        left.out, right.out = self.there, self.back
        self._writer: PcapWriter | None = None

    def __str__(self) -> str:
        return self.name

    # -- outages

    def down(self) -> None:
        """From now on all that is put on the link is lost, both ways; what is on it already arrives."""
        self.there.set_down(True)
        self.back.set_down(True)

    def up(self) -> None:
        """Undo ``down``."""
        self.there.set_down(False)
        self.back.set_down(False)

    def outage(self, at: float, seconds: float) -> None:
        """Be down for so many seconds, from so many seconds from now on."""
        self._runtime.timer(self.down).start(at)
        self._runtime.timer(self.up).start(at + seconds)

    # -- captures

    def record(self, path: str | os.PathLike[str]) -> None:
        """Write all that is put on the link from now on to a pcap file, lost frames among it. Raises OSError."""
        self.stop_recording()
        self._writer = self.there.writer = self.back.writer = PcapWriter(path, ETHERNET)

    def stop_recording(self) -> None:
        """Close the file. Harmless where there is none. Raises OSError where anything could not be written."""
        writer, self._writer = self._writer, None
        self.there.writer = self.back.writer = None
        if writer is not None:
            writer.close()

    def keep(self, frames: int) -> None:
        """Keep the last so many frames of each direction for ``capture``; 0 keeps none."""
        for channel in (self.there, self.back):
            channel.kept = type(channel.kept)(channel.kept, frames)

    def capture(self, path: str | os.PathLike[str]) -> None:
        """Write the last frames that were put on the link to a pcap file. Raises OSError."""
        writer = PcapWriter(path, ETHERNET)
        for time, frame in sorted((*self.there.kept, *self.back.kept), key=lambda kept: kept[0]):
            writer.write(time, frame)
        writer.close()

    def end(self) -> None:
        """Nothing goes anywhere any more."""
        self.stop_recording()
        self.there.end()
        self.back.end()

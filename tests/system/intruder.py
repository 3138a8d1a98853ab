"""A station that belongs to nobody and sends what should not be there: floods, forgeries, old frames, damaged ones."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Final

import trio

from foxpy.addresses import BROADCAST, MacAddress
from foxpy.devices.device import WIRE, EthernetFrames
from foxpy.devices.link import Segment
from foxpy.layers.arp.wire import append_arp
from foxpy.layers.ethernet.wire import append_ethernet, read_ethernet
from foxpy.layers.icmp.wire import append_unreachable, fill_icmp
from foxpy.layers.ipv4.wire import append_ipv4
from foxpy.layers.tcp.wire import append_tcp, fill_tcp
from foxpy.layers.udp.wire import append_udp
from foxpy.message import Writer
from foxpy.protocol import Receiver
from foxpy.status import Status
from tests.system.machines import left
from tests.system.traffic import DATAGRAMS, STREAMS

HEARD: Final = 200
SYN: Final = 0x02


class Intruder(Receiver):
    """On ``segment``, against hosts 1 to ``count``. What it sends is a valid frame at least at its outside."""

    def __init__(self, segment: Segment[EthernetFrames], count: int, seed: int, *, damages: bool) -> None:
        """``damages``: the hosts check what they hear, so that frames heard before may come again with other bytes."""
        self._random = random.Random(f"intruder {seed}")
        self._count = count
        self._heard: deque[bytes] = deque(maxlen=HEARD)
        self.device = segment.attach("intruder")
        self.device.initialize()
        self._send = self.device.send(self.device.open(WIRE, lambda _: self)).send
        self.tricks: list[Callable[[], bytes]] = [self._again, self._syn, self._piece, self._datagram]
        if damages:
            self.tricks += [self._damaged, self._claim, self._unreachable, self._nonsense]

    async def intrude(self, until: float) -> None:
        """Burst after burst, until the time ``until``; then it is gone."""
        choose = self._random
        while trio.current_time() < until:
            await trio.sleep(choose.expovariate(0.2))
            trick = choose.choice(self.tricks)
            for _ in range(choose.choice((1, 10, 50))):
                self._send(trick()[: self.device.mtu + self.device.header])
        self.device.finalize()

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self._heard.append(frame[start:end])

    def status(self, event: Status) -> None:
        return

    # -- frames

    def _station(self) -> bytes:
        """A host's station, as far as it was heard of."""
        if not self._heard:
            return BROADCAST.packed
        return self._random.choice(self._heard)[6:12]

    def _frame(self, kind: int, body: bytes, to: bytes | None = None) -> bytes:
        writer = Writer()
        source = MacAddress.local(self._random.getrandbits(24) << 8)
        append_ethernet(writer, len(body), dst=MacAddress(to or self._station()), src=source, kind=kind)
        return bytes(writer) + body

    def _packet(self, protocol: int, body: bytes, *, frag: int = 0, more: bool = False) -> bytes:
        """From a host that there may be, to one that there is."""
        choose = self._random
        source = left(choose.choice((choose.randint(1, self._count), choose.randint(20, 250))))
        writer = Writer()
        append_ipv4(
            writer,
            len(body),
            dscp=0,
            ecn=0,
            ident=choose.getrandbits(16),
            df=False,
            mf=more,
            frag=frag,
            ttl=64,
            proto=protocol,
            src=source.packed,
            dst=left(choose.randint(1, self._count)).packed,
            options=b"",
        )
        return self._frame(0x0800, bytes(writer) + body)

    # -- tricks

    def _again(self) -> bytes:
        """Something that was said before."""
        return self._random.choice(self._heard) if self._heard else self._syn()

    def _damaged(self) -> bytes:
        """The same, but other bytes or an early end."""
        choose = self._random
        frame = bytearray(self._again())
        for _ in range(choose.randint(1, 4)):
            frame[choose.randrange(12, len(frame))] = choose.getrandbits(8)
        return bytes(frame[: choose.choice((len(frame), choose.randrange(14, len(frame))))])

    def _syn(self) -> bytes:
        """The beginning of a stream that nobody wants."""
        choose = self._random
        writer = Writer()
        append_tcp(
            writer, 0, sport=choose.randrange(1, 65536), dport=STREAMS, seq=choose.getrandbits(32), flags=SYN, window=1
        )
        source, host = left(choose.randint(20, 250)), left(choose.randint(1, self._count))
        pseudo = sum(int(each) >> 16 & 0xFFFF for each in (source, host))
        pseudo += sum(int(each) & 0xFFFF for each in (source, host)) + 6 + 20
        fill_tcp(writer, 0, b"", pseudo)
        return self._from(source, host, 6, bytes(writer))

    def _from(self, source: IPv4Address, host: IPv4Address, protocol: int, body: bytes) -> bytes:
        writer = Writer()
        append_ipv4(
            writer,
            len(body),
            dscp=0,
            ecn=0,
            ident=self._random.getrandbits(16),
            df=False,
            ttl=64,
            proto=protocol,
            src=source.packed,
            dst=host.packed,
            options=b"",
        )
        return self._frame(0x0800, bytes(writer) + body)

    def _piece(self) -> bytes:
        """A fragment whose others never come."""
        choose = self._random
        frag = choose.choice((0, 1, 100, 8000))
        return self._packet(17, choose.randbytes(8 * choose.randint(1, 20)), frag=frag, more=choose.random() < 0.7)

    def _datagram(self) -> bytes:
        """To a port where somebody, or nobody, listens."""
        choose = self._random
        writer = Writer()
        port = choose.choice((DATAGRAMS, choose.randrange(1, 65536)))
        append_udp(writer, 4, sport=choose.randrange(1, 65536), dport=port)
        return self._packet(17, bytes(writer) + bytes(4))

    def _claim(self) -> bytes:
        """ARP says that somebody else has a host's address, or one that there is not."""
        choose = self._random
        writer = Writer()
        address = left(choose.choice((choose.randint(1, self._count), choose.randint(20, 250))))
        target = left(choose.randint(1, self._count))
        append_arp(
            writer,
            0,
            operation=choose.choice((1, 2)),
            sha=MacAddress.local(choose.getrandbits(24) << 8),
            spa=address,
            tha=MacAddress(bytes(6)),
            tpa=target,
        )
        return self._frame(0x0806, bytes(writer), BROADCAST.packed)

    def _unreachable(self) -> bytes:
        """ICMP says that what a host sent did not arrive, or was too large."""
        choose = self._random
        quoted = self._again()
        while read_ethernet(quoted, 0, len(quoted))[2] != 0x0800:
            quoted = self._syn()
        writer = Writer()
        quoted = quoted[14:][:48]
        append_unreachable(writer, len(quoted), code=choose.randrange(16), mtu=choose.choice((0, 68, 600, 1400)))
        fill_icmp(writer, 0, quoted, 0)
        host = IPv4Address(quoted[12:16])
        return self._from(left(200), host, 1, bytes(writer) + quoted)

    def _nonsense(self) -> bytes:
        choose = self._random
        kind = choose.choice((0x0800, 0x0806, 0x88B5, 0x88B6, choose.getrandbits(16)))
        return self._frame(kind, choose.randbytes(choose.choice((0, 20, 60, 1400))))

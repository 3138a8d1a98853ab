"""UDP's rules over a carrier that tests hold in their hands: what it sent is a list, what arrives is a call."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import Port
from foxpy.checksum import fold, ones_sum
from foxpy.errors import BadAddress, InvalidConnection, NotInitialized, OpenFailed, PacketSize, Unreachable
from foxpy.layers.udp import SetChecksums, Udp, UdpAddress, UdpConfig, UdpConnection, UdpPattern, udp
from foxpy.message import Writer
from foxpy.protocol import Carrier, Listening, Path, PathHandler, Receiver, Sender
from foxpy.runtime import Runtime, Scheduler
from foxpy.status import Aborted, Closed, Forgotten, Report, Status, Trouble

OURS, OTHER, GROUP = "ours", "other", "group"
PSEUDO = 0x1234


class LowerPath(Sender):
    """One path of the carrier below: its packets go to a list."""

    def __init__(self, carrier: Lower, peer: str, local: str) -> None:
        self.carrier = carrier
        self.open = True
        self.path = Path(peer, local, carrier.pseudo, self, local != GROUP, self.close)
        self.receiver: Receiver | None = None

    def begin(self, size: int) -> Writer:
        if not self.open:
            raise InvalidConnection("path closed")
        if size > self.carrier.largest:
            raise PacketSize("too large", size, self.carrier.largest)
        return Writer(b"lower")

    def commit(self, writer: Writer, payload: bytes) -> None:
        assert writer.startswith(b"lower")
        self.carrier.sent.append((self.path.peer, self.path.local, bytes(writer[5:]) + payload))

    def limit(self) -> int:
        return self.carrier.largest

    def close(self) -> None:
        self.open = False
        if self.carrier.paths.get((self.path.peer, self.path.local)) is self:
            del self.carrier.paths[self.path.peer, self.path.local]


class Lower(Carrier[str], Listening):
    """Hosts are words. An open takes the place of a path that the peer began, as Ethernet's does."""

    name = "lower"

    def __init__(self, pseudo: int = PSEUDO, verified: bool = False) -> None:
        super().__init__()
        self.runtime = Runtime(Scheduler(lambda: 0.0), 1)
        self.pseudo = pseudo
        self.verified = verified
        self.largest = 1480
        self.sent: list[tuple[str, str, bytes]] = []
        self.rejected: list[tuple[str, bytes]] = []
        self.paths: dict[tuple[str, str], LowerPath] = {}
        self.active: set[LowerPath] = set()
        self.initialized = 0
        self.accept: PathHandler[str] | None = None

    def initialize(self) -> int:
        self.initialized += 1
        return self.initialized

    def finalize(self) -> int:
        self.initialized -= 1
        return self.initialized

    def open(self, host: str, handler: PathHandler[str], local: str | None = None) -> Path[str]:
        if host == "nowhere":
            raise Unreachable("no route")
        key = host, local or OURS
        old = self.paths.get(key)
        if old is not None:
            if old in self.active:
                raise OpenFailed("open already")
            self.forget(*key)
        lower = LowerPath(self, *key)
        self.paths[key] = lower
        self.active.add(lower)
        lower.receiver = handler(lower.path)
        return lower.path

    def listen(self, accept: PathHandler[str]) -> Listening:
        if self.accept is not None:
            raise OpenFailed("someone listens already")
        self.accept = accept
        return self

    def stop(self) -> None:
        self.accept = None

    def host(self, text: str) -> str:
        if ":" in text:
            raise BadAddress(text)
        return text

    def reject(self, path: Path[str], frame: bytes, start: int, end: int) -> None:
        self.rejected.append((path.peer, frame[start:end]))

    # -- what tests do with it

    def arrive(self, peer: str, packet: bytes, local: str = OURS) -> None:
        lower = self.paths.get((peer, local))
        if lower is None:
            if self.accept is None:
                return
            lower = self.paths[peer, local] = LowerPath(self, peer, local)
            lower.receiver = self.accept(lower.path)
        assert lower.receiver is not None
        lower.receiver.deliver(b"##" + packet + b"#", 2, 2 + len(packet))

    def status(self, peer: str, event: Status, local: str = OURS) -> None:
        receiver = self.paths[peer, local].receiver
        assert receiver is not None
        receiver.status(event)

    def forget(self, peer: str, local: str = OURS) -> None:
        receiver = self.paths.pop((peer, local)).receiver
        assert receiver is not None
        receiver.status(Forgotten())


class Taker(Receiver):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.events: list[Status] = []

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        self.got.append(frame[start:end])

    def status(self, event: Status) -> None:
        self.events.append(event)


class Accepting:
    """Accepts connections, each with a Taker of its own."""

    def __init__(self) -> None:
        self.made: list[tuple[UdpConnection[str], Taker]] = []

    def __call__(self, connection: UdpConnection[str]) -> Receiver:
        taker = Taker()
        self.made.append((connection, taker))
        return taker


def datagram(sport: int, dport: int, data: bytes, *, pseudo: int = PSEUDO, check: bool = True) -> bytes:
    """A datagram as RFC 768 describes it, written down without the layer's own means."""
    length = 8 + len(data)
    head = b"".join(number.to_bytes(2, "big") for number in (sport, dport, length))
    seed = pseudo + length if pseudo else 0
    total = 0xFFFF ^ fold(ones_sum(head, 0, 6) + ones_sum(data, 0, len(data)) + seed)
    return head + ((total or 0xFFFF) if check else 0).to_bytes(2, "big") + data


def running(
    lower: Lower | None = None, *, checksums: bool = True, config: UdpConfig | None = None
) -> tuple[Lower, Udp[str]]:
    lower = lower or Lower()
    layer = udp(lower, checksums=checksums, config=config or UdpConfig())
    layer.initialize()
    return lower, layer


def ephemeral(connection: UdpConnection[str]) -> bool:
    return 32768 <= connection.local_port <= 65535


# -- sending


@pytest.mark.requirement("1122-4.1.3.4-checksum", "1122-4.1.3.4-default")
@pytest.mark.parametrize("data", [b"", b"x", b"xy", b"abc" * 100])
def test_what_is_sent_has_the_header_of_rfc_768(data: bytes) -> None:
    lower, layer = running()
    connection = layer.open(UdpAddress("peer", Port(53), Port(4000)), Accepting())
    layer.send(connection).send(data)
    assert lower.sent == [("peer", OURS, datagram(4000, 53, data))]
    assert layer.query().sent == 1


@pytest.mark.parametrize("header", [b"", b"h", b"head"])
def test_the_checksum_covers_the_headers_of_upper_layers(header: bytes) -> None:
    lower, layer = running()
    sender = layer.send(layer.open(UdpAddress("peer", Port(53), Port(4000)), Accepting()))
    writer = sender.begin(len(header) + 5)
    writer += header
    sender.commit(writer, b"after")
    assert lower.sent[0][2] == datagram(4000, 53, header + b"after")


def test_a_checksum_of_zero_is_sent_as_ones() -> None:
    """RFC 768: a computed zero is transmitted as all ones, since zero means that there is none."""
    lower, layer = running()
    sender = layer.send(layer.open(UdpAddress("peer", Port(53), Port(4000)), Accepting()))
    rest = 0xFFFF ^ fold(PSEUDO + 10 + 4000 + 53 + 10)
    sender.send(rest.to_bytes(2, "big"))
    assert lower.sent[0][2][6:8] == b"\xff\xff"
    lower.arrive("peer", datagram(53, 4000, rest.to_bytes(2, "big")))
    assert layer.query().received == 1


def test_without_checksums_none_is_sent_and_none_looked_at() -> None:
    lower, layer = running(checksums=False)
    accepting = Accepting()
    connection = layer.open(UdpAddress("peer", Port(53), Port(4000)), accepting)
    layer.send(connection).send(b"data")
    assert lower.sent[0][2] == datagram(4000, 53, b"data", check=False)
    lower.arrive("peer", datagram(53, 4000, b"fine", pseudo=99))
    assert accepting.made[0][1].got == [b"fine"]


@pytest.mark.requirement("1122-4.1.3.4-without", "1122-4.1.3.4-default")
def test_checksums_can_be_turned_off_for_one_connection() -> None:
    lower, layer = running()
    one = layer.open(UdpAddress("peer", Port(53), Port(4000)), Accepting())
    other = layer.open(UdpAddress("peer", Port(53), Port(4001)), Accepting())
    layer.control(SetChecksums(one, False))
    layer.send(one).send(b"a")
    layer.send(other).send(b"a")
    assert [packet[6:8] == b"\0\0" for _, _, packet in lower.sent] == [True, False]
    layer.abort(one)
    with pytest.raises(InvalidConnection):
        layer.control(SetChecksums(one, True))


def test_more_than_the_path_carries_is_refused_in_our_own_numbers() -> None:
    lower, layer = running()
    sender = layer.send(layer.open(UdpAddress("peer", Port(53)), Accepting()))
    assert sender.limit() == 1472
    sender.send(bytes(1472))
    with pytest.raises(PacketSize) as raised:
        sender.send(bytes(1473))
    assert (raised.value.size, raised.value.limit) == (1473, 1472)
    lower.largest = 100_000
    assert sender.limit() == 65527
    with pytest.raises(PacketSize):
        sender.send(bytes(65528))


# -- receiving


@pytest.mark.parametrize("extra", [b"", b"\0" * 18])
def test_the_length_field_cuts_off_padding(extra: bytes) -> None:
    lower, layer = running()
    accepting = Accepting()
    layer.listen(UdpPattern(Port(7)), accepting)
    lower.arrive("peer", datagram(9, 7, b"data") + extra)
    assert accepting.made[0][1].got == [b"data"]


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"1234567",
        datagram(9, 7, b"data")[:-1],
        b"\0\x09\0\x07\0\x07\0\0",
        b"\0\x09\0\x07\0\0\0\0",
        b"\0\x09\0\x07\xff\xff\0\0",
    ],
)
def test_a_length_that_the_packet_does_not_have_is_counted(packet: bytes) -> None:
    lower, layer = running()
    accepting = Accepting()
    layer.listen(UdpPattern(Port(7)), accepting)
    lower.arrive("peer", packet)
    assert not accepting.made
    assert layer.query().malformed == 1
    assert not lower.paths


@pytest.mark.requirement("1122-4.1.3.4-checksum", "1122-4.1.3.4-discard")
def test_a_wrong_checksum_is_dropped_in_silence() -> None:
    """RFC 1122, section 4.1.3.4: MUST silently discard."""
    lower, layer = running()
    accepting = Accepting()
    layer.listen(UdpPattern(Port(7)), accepting)
    lower.arrive("peer", datagram(9, 7, b"data", pseudo=PSEUDO + 1))
    lower.arrive("peer", datagram(9, 7, b"data")[:-1] + b"b")
    assert layer.query().checksum_errors == 2
    assert not accepting.made
    assert not lower.rejected


@pytest.mark.requirement("1122-4.1.3.4-require")
def test_no_checksum_is_accepted_unless_one_is_required() -> None:
    for required in (False, True):
        lower, layer = running(config=UdpConfig(require_checksums=required))
        accepting = Accepting()
        layer.listen(UdpPattern(Port(7)), accepting)
        lower.arrive("peer", datagram(9, 7, b"data", check=False))
        assert bool(accepting.made) is not required
        assert layer.query().unchecked == required
        assert layer.carrier(Port(7)).verified is required


def test_a_carrier_that_verifies_spares_the_check() -> None:
    lower, layer = running(Lower(verified=True))
    accepting = Accepting()
    layer.listen(UdpPattern(Port(7)), accepting)
    lower.arrive("peer", datagram(9, 7, b"data", pseudo=99))
    assert accepting.made[0][1].got == [b"data"]


def test_without_a_pseudo_header_the_datagram_alone_is_covered() -> None:
    lower, layer = running(Lower(pseudo=0))
    layer.send(layer.open(UdpAddress("peer", Port(53), Port(4000)), Accepting())).send(b"data")
    assert lower.sent[0][2] == datagram(4000, 53, b"data", pseudo=0)


@pytest.mark.requirement("1122-4.1.3.1-unreachable")
def test_an_unclaimed_port_is_rejected_and_leaves_nothing() -> None:
    lower, layer = running()
    packet = datagram(9, 7, b"data")
    lower.arrive("peer", packet + b"padding")
    lower.arrive("peer", packet, GROUP)
    assert lower.rejected == [("peer", packet)]
    assert layer.query().unclaimed == 2
    assert layer.query().paths == 0
    assert not lower.paths


@pytest.mark.requirement("1122-4.1.3.5-dst", "1122-4.1.3.5-specify")
def test_datagrams_find_their_connection_by_hosts_and_ports() -> None:
    lower, layer = running()
    takers: dict[tuple[str, int, int, str], Taker] = {}

    def handler(connection: UdpConnection[str]) -> Receiver:
        taker = takers[connection.peer, connection.port, connection.local_port, connection.local] = Taker()
        return taker

    for host in ("a", "b"):
        for port in (53, 54):
            for local_port in (1000, 1001):
                for local in (OURS, OTHER):
                    layer.open(UdpAddress(host, Port(port), Port(local_port), local), handler)
    for (host, port, local_port, local), taker in takers.items():
        lower.arrive(host, datagram(port, local_port, f"{host}{port}{local_port}{local}".encode()), local)
        assert taker.got == [f"{host}{port}{local_port}{local}".encode()]
    assert layer.query().paths == 4


def test_the_most_specific_pattern_wins() -> None:
    lower, layer = running()
    patterns: list[UdpPattern[str]] = [
        UdpPattern(Port(7)),
        UdpPattern(Port(7), None, OURS),
        UdpPattern(Port(7), "peer"),
        UdpPattern(Port(7), "peer", OURS),
    ]
    for number, pattern in enumerate(patterns):
        accepting = Accepting()
        layer.listen(pattern, accepting)
        lower.arrive("peer", datagram(1000 + number, 7, b"data"))
        assert len(accepting.made) == 1
    lower.arrive("stranger", datagram(1, 7, b"data"), OTHER)
    assert layer.query().connections == 5


def test_a_pattern_can_be_listened_to_once_at_a_time() -> None:
    lower, layer = running()
    listening = layer.listen(UdpPattern(Port(7)), Accepting())
    with pytest.raises(OpenFailed):
        layer.listen(UdpPattern(Port(7)), Accepting())
    listening.stop()
    listening.stop()
    lower.arrive("peer", datagram(9, 7, b"data"))
    assert layer.query().unclaimed == 1
    layer.listen(UdpPattern(Port(7)), Accepting())


@pytest.mark.requirement("1122-4.1.3.5-dst")
def test_what_came_to_a_group_needs_a_connection_of_its_own_to_be_answered() -> None:
    lower, layer = running()
    accepting = Accepting()
    layer.listen(UdpPattern(Port(7)), accepting)
    lower.arrive("peer", datagram(9, 7, b"who is there"), GROUP)
    connection, taker = accepting.made[0]
    assert taker.got == [b"who is there"]
    assert (connection.local, connection.answerable) == (GROUP, False)
    with pytest.raises(InvalidConnection):
        layer.send(connection).send(b"me")
    answer = layer.open(UdpAddress(connection.peer, connection.port, connection.local_port), Accepting())
    layer.send(answer).send(b"me")
    assert lower.sent == [("peer", OURS, datagram(7, 9, b"me"))]


def test_a_datagram_without_a_source_port_cannot_be_answered() -> None:
    lower, layer = running()
    accepting = Accepting()
    layer.listen(UdpPattern(Port(7)), accepting)
    lower.arrive("peer", datagram(0, 7, b"data"))
    assert accepting.made[0][1].got == [b"data"]
    assert not accepting.made[0][0].answerable


# -- reports


@pytest.mark.requirement("1122-4.1.3.3-icmp")
def test_a_report_reaches_the_connection_that_it_quotes() -> None:
    """RFC 1122, section 4.1.3.3: MUST pass to the application all ICMP error messages."""
    lower, layer = running()
    accepting = Accepting()
    layer.open(UdpAddress("peer", Port(53), Port(4000)), accepting)
    layer.open(UdpAddress("peer", Port(53), Port(4001)), accepting)
    lower.status("peer", Report(Trouble.PORT_UNREACHABLE, datagram(4001, 53, b"quoted")[:14]))
    lower.status("peer", Report(Trouble.TOO_BIG, datagram(4001, 53, b"quoted")[:8], 1000))
    assert accepting.made[0][1].events == []
    assert accepting.made[1][1].events == [
        Report(Trouble.PORT_UNREACHABLE, b"quoted"),
        Report(Trouble.TOO_BIG, b"", 992),
    ]
    for quoted in (b"", datagram(4001, 53, b"")[:7], datagram(53, 4001, b"turned")):
        lower.status("peer", Report(Trouble.PORT_UNREACHABLE, quoted))
    assert layer.query().foreign_reports == 3


# -- opening


def test_bad_addresses_are_refused() -> None:
    makers: list[Callable[[], object]] = [
        lambda: UdpAddress("peer", Port(0)),
        lambda: UdpAddress("peer", Port(65536)),
        lambda: UdpAddress("peer", Port(1), Port(-1)),
        lambda: UdpPattern(Port(0)),
        lambda: UdpPattern(Port(70000)),
        lambda: udp(Lower()).carrier(Port(0)),
    ]
    for make in makers:
        with pytest.raises(BadAddress):
            make()


def test_nothing_opens_before_initialize_or_after_finalize() -> None:
    lower, layer = running()
    layer.finalize()
    with pytest.raises(NotInitialized):
        layer.open(UdpAddress("peer", Port(1)), Accepting())
    with pytest.raises(NotInitialized):
        layer.listen(UdpPattern(Port(1)), Accepting())
    with pytest.raises(NotInitialized):
        layer.finalize()
    assert lower.initialized == 0
    assert lower.accept is None


def test_ephemeral_ports_are_taken_once_at_a_time() -> None:
    _, layer = running(config=UdpConfig(first_port=Port(5000), last_port=Port(5003)))
    connections = [layer.open(UdpAddress("peer", Port(1)), Accepting()) for _ in range(3)]
    layer.listen(UdpPattern(layer.ephemeral()), Accepting())
    with pytest.raises(OpenFailed, match="5000 to 5003"):
        layer.open(UdpAddress("peer", Port(1)), Accepting())
    layer.abort(connections[1])
    layer.abort(connections[1])
    again = layer.open(UdpAddress("peer", Port(1)), Accepting())
    assert again.local_port == connections[1].local_port


def test_an_address_is_open_once_unless_the_peer_began_it() -> None:
    lower, layer = running()
    accepting = Accepting()
    layer.listen(UdpPattern(Port(7)), accepting)
    lower.arrive("peer", datagram(9, 7, b"hello"))
    mine = Accepting()
    layer.open(UdpAddress("peer", Port(9), Port(7)), mine)
    assert accepting.made[0][1].events == [Forgotten()]
    lower.arrive("peer", datagram(9, 7, b"again"))
    assert mine.made[0][1].got == [b"again"]
    with pytest.raises(OpenFailed):
        layer.open(UdpAddress("peer", Port(9), Port(7)), Accepting())
    assert layer.query().connections == 1


def test_a_path_is_shared_and_closed_with_its_last_connection() -> None:
    lower, layer = running()
    one = layer.open(UdpAddress("peer", Port(1)), Accepting())
    two = layer.open(UdpAddress("peer", Port(2)), Accepting())
    three = layer.open(UdpAddress("peer", Port(2), Port(9), OURS), Accepting())
    assert len(lower.paths) == 1
    layer.abort(one)
    layer.abort(three)
    layer.send(two).send(b"still")
    layer.abort(two)
    assert not lower.paths
    assert layer.query().paths == 0
    with pytest.raises(InvalidConnection):
        layer.send(two)


def test_a_path_that_was_opened_by_name_serves_those_who_do_not_care() -> None:
    lower, layer = running()
    layer.open(UdpAddress("peer", Port(1), Port(9), OURS), Accepting())
    layer.open(UdpAddress("peer", Port(1), Port(10)), Accepting())
    layer.open(UdpAddress("peer", Port(1), Port(11), OTHER), Accepting())
    assert sorted(lower.paths) == [("peer", OTHER), ("peer", OURS)]
    assert layer.query().connections == 3


def test_an_initialize_that_fails_holds_nothing() -> None:
    lower = Lower()
    lower.listen(lambda _: Taker())
    layer = udp(lower)
    with pytest.raises(OpenFailed):
        layer.initialize()
    assert lower.initialized == 0
    with pytest.raises(NotInitialized):
        layer.finalize()


def test_an_open_that_fails_leaves_nothing() -> None:
    lower, layer = running()

    def failing(connection: UdpConnection[str]) -> Receiver:
        raise RuntimeError("handler")

    with pytest.raises(Unreachable):
        layer.open(UdpAddress("nowhere", Port(1)), Accepting())
    with pytest.raises(RuntimeError):
        layer.open(UdpAddress("peer", Port(1), Port(5)), failing)
    assert not lower.paths
    assert layer.query().connections == 0


async def test_a_passive_open_gets_the_first_peer() -> None:
    lower, layer = running()
    accepting = Accepting()
    async with trio.open_nursery() as nursery:

        async def wait() -> None:
            _, address = await layer.passive_open(UdpPattern(Port(7)), accepting)
            assert address == UdpAddress("peer", Port(9), Port(7), OURS)

        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        lower.arrive("peer", datagram(9, 7, b"first"))
        lower.arrive("peer", datagram(10, 7, b"second"))
    assert accepting.made[0][1].got == [b"first"]
    assert layer.query().unclaimed == 1


# -- room


def test_strangers_cannot_fill_the_table_and_the_talkative_stay() -> None:
    lower, layer = running(config=UdpConfig(passive_connections=10))
    accepting = Accepting()
    layer.listen(UdpPattern(Port(7)), accepting)
    lower.arrive("friend", datagram(1, 7, b"hello"))
    mine = layer.open(UdpAddress("server", Port(53), Port(4000)), accepting)
    friend = accepting.made[0]
    for number in range(1000):
        lower.arrive(f"host{number % 50}", datagram(1000 + number, 7, b"x"))
        lower.arrive("friend", datagram(1, 7, b"still here"))
    info = layer.query()
    assert info.connections == 11
    assert info.forgotten == 1001 - 10
    assert friend[1].events == []
    assert len(friend[1].got) == 1001
    assert mine.open


def test_a_forgotten_connection_can_still_send_and_its_peer_begins_anew() -> None:
    lower, layer = running(config=UdpConfig(passive_connections=1))
    accepting = Accepting()
    layer.listen(UdpPattern(Port(7)), accepting)
    lower.arrive("a", datagram(1, 7, b"x"))
    lower.arrive("b", datagram(1, 7, b"x"))
    old, taker = accepting.made[0]
    assert taker.events == [Forgotten()]
    layer.send(old).send(b"late")
    lower.arrive("a", datagram(1, 7, b"again"))
    assert accepting.made[2][1].got == [b"again"]
    layer.abort(old)
    lower.arrive("a", datagram(1, 7, b"more"))
    assert accepting.made[2][1].got == [b"again", b"more"]


def test_who_closes_what_an_open_took_the_place_of_leaves_the_path_alone() -> None:
    lower, layer = running()

    class Closing(Taker):
        def status(self, event: Status) -> None:
            layer.abort(accepting.made[0][0])

    accepting = Accepting()

    def accept(connection: UdpConnection[str]) -> Receiver:
        accepting(connection)
        return Closing()

    layer.listen(UdpPattern(Port(7)), accept)
    lower.arrive("peer", datagram(9, 7, b"hello"))
    mine = Accepting()
    connection = layer.open(UdpAddress("peer", Port(9), Port(7)), mine)
    lower.arrive("peer", datagram(9, 7, b"again"))
    assert mine.made[0][1].got == [b"again"]
    layer.send(connection).send(b"answer")
    assert len(lower.paths) == 1
    layer.abort(connection)
    assert not lower.paths


def test_a_path_that_was_forgotten_is_given_back() -> None:
    """The layer below may keep something for it: it can still send."""
    lower, layer = running()
    accepting = Accepting()
    layer.listen(UdpPattern(Port(7)), accepting)
    lower.arrive("peer", datagram(9, 7, b"one"))
    first = lower.paths["peer", OURS]
    lower.forget("peer")
    layer.send(accepting.made[0][0]).send(b"it still sends")
    lower.arrive("peer", datagram(9, 7, b"two"))
    second = lower.paths["peer", OURS]
    assert [each.open for each in (first, second)] == [False, True]
    layer.send(accepting.made[0][0]).send(b"by the new one")
    lower.forget("peer")
    assert second.open
    layer.abort(accepting.made[0][0])
    assert [each.open for each in (first, second)] == [False, False]
    assert layer.query().paths == 0


def test_connections_outlive_a_path_that_the_layer_below_forgets() -> None:
    lower, layer = running()
    accepting = Accepting()
    layer.listen(UdpPattern(Port(7)), accepting)
    lower.arrive("peer", datagram(9, 7, b"one"))
    connection, taker = accepting.made[0]
    lower.forget("peer")
    assert taker.events == []
    lower.arrive("peer", datagram(9, 7, b"two"))
    assert taker.got == [b"one", b"two"]
    layer.abort(connection)
    assert not lower.paths
    assert layer.query().paths == 0


# -- endings


def test_the_end_of_a_path_is_the_end_of_its_connections() -> None:
    lower, layer = running()
    accepting = Accepting()
    for port in (1, 2):
        layer.open(UdpAddress("peer", Port(port), Port(5)), accepting)
    gone = Aborted(OpenFailed("the device is gone"))
    lower.status("peer", gone)
    assert [taker.events for _, taker in accepting.made] == [[gone], [gone]]
    assert layer.query().connections == 0
    assert not accepting.made[0][0].open


def test_finalize_ends_everything() -> None:
    lower, layer = running()
    accepting = Accepting()
    layer.open(UdpAddress("peer", Port(1)), accepting)
    layer.listen(UdpPattern(Port(7)), accepting)
    lower.arrive("stranger", datagram(9, 7, b"hello"))
    layer.finalize()
    assert [taker.events for _, taker in accepting.made] == [[Closed()], [Closed()]]
    assert not lower.paths
    layer.initialize()
    layer.listen(UdpPattern(Port(7)), accepting)


def test_a_receiver_may_close_from_inside() -> None:
    lower, layer = running()

    class Closing(Receiver):
        def __init__(self, connection: UdpConnection[str]) -> None:
            self.connection = connection

        def deliver(self, frame: bytes, start: int, end: int) -> None:
            layer.send(self.connection).send(frame[start:end])
            layer.abort(self.connection)

    layer.listen(UdpPattern(Port(7)), Closing)
    lower.arrive("peer", datagram(9, 7, b"echo"))
    assert lower.sent == [("peer", OURS, datagram(7, 9, b"echo"))]
    assert not lower.paths


# -- hostile bytes


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.binary(max_size=40), st.booleans()), max_size=20))
def test_any_bytes_are_delivered_or_counted(packets: list[tuple[str, bytes, bool]]) -> None:
    lower, layer = running(config=UdpConfig(passive_connections=3))
    accepting = Accepting()
    layer.listen(UdpPattern(Port(7)), accepting)
    for peer, data, framed in packets:
        lower.arrive(peer, datagram(9, 7, data) if framed else data)
    info = layer.query()
    dropped = info.malformed + info.checksum_errors + info.unclaimed + info.unchecked
    assert info.received + dropped == len(packets)
    assert sum(len(taker.got) for _, taker in accepting.made) == info.received
    layer.finalize()
    assert not lower.paths


@given(st.binary(max_size=60))
def test_any_report_is_passed_on_or_counted(quoted: bytes) -> None:
    lower, layer = running()
    accepting = Accepting()
    layer.open(UdpAddress("peer", Port(53), Port(4000)), accepting)
    lower.status("peer", Report(Trouble.HOST_UNREACHABLE, quoted))
    assert layer.query().foreign_reports + len(accepting.made[0][1].events) == 1


# -- the carrier


def test_hosts_above_udp_are_endpoints() -> None:
    lower, layer = running()
    carrier = layer.carrier(Port(7000))
    assert str(carrier.host("peer:9")) == "peer:9"
    assert str(carrier.host("peer")) == "peer:7000"
    for text in ("a:b:9", "peer:", "peer:x", "peer:99999", "peer:123456", "peer:²"):
        with pytest.raises(BadAddress):
            carrier.host(text)
    takers: list[Taker] = []

    def handler(path: object) -> Receiver:
        takers.append(Taker())
        return takers[-1]

    carrier.listen(handler)
    path = carrier.open(carrier.host("peer:9"), handler)
    assert (str(path.peer), str(path.local), path.pseudo, path.answerable) == ("peer:9", "ours:7000", 0, True)
    path.sender.send(b"segment")
    assert lower.sent == [("peer", OURS, datagram(7000, 9, b"segment"))]
    lower.arrive("peer", datagram(9, 7000, b"back"))
    lower.arrive("peer", datagram(10, 7000, b"other"))
    assert [taker.got for taker in takers] == [[b"back"], [b"other"]]
    path.close()
    with pytest.raises(OpenFailed):
        carrier.listen(handler)
    with pytest.raises(BadAddress):
        carrier.open(carrier.host("peer:9"), handler, carrier.host("ours:1"))

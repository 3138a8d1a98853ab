"""Mutable views: what is written is in the buffer at once, and the checksum is what a full rebuild would give."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from enum import IntEnum
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.addresses import MacAddress
from foxpy.checksum import ones_sum
from foxpy.layers.arp.wire import ARP
from foxpy.layers.checksum.wire import InternetChecksum
from foxpy.layers.ethernet.wire import Ethernet, EthernetII, Ieee8023
from foxpy.layers.icmp.wire import Echo, OtherIcmp, ParameterProblem, Redirect, Unreachable
from foxpy.layers.ipv4.wire import IPv4, verify_ipv4
from foxpy.layers.tcp.wire import TCP, MaximumSegmentSize, NoOperation, TcpHeader, WindowScale
from foxpy.layers.udp.wire import UDP, verify_udp
from foxpy.wire import (
    Body,
    Buffer,
    Classifier,
    Codec,
    Field,
    FieldAs,
    ListOf,
    Mutable,
    Octets,
    OutOfRange,
    Packet,
    Raw,
    Truncated,
    UInt,
    Window,
    arg,
    computed,
    count,
    derived,
    field,
    flag,
    inet_checksum,
    last_u8,
    oneof,
    present,
    rest,
    sized,
    tail,
    u2,
    u4,
    u6,
    u8,
    u12,
    u16,
    u16le,
    u24,
    u32le,
    u64,
    u64le,
)
from foxpy.wire.encodings import Argument
from foxpy.wire.laws import check_value

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

HOST, PEER = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")
MAC = MacAddress.local(1)


class EthernetMut(Ethernet, Mutable): ...


class EthernetIIMut(EthernetII, Mutable): ...


class ARPMut(ARP, Mutable): ...


class IPv4Mut(IPv4, Mutable): ...


class EchoMut(Echo, Mutable): ...


class UnreachableMut(Unreachable, Mutable): ...


class RedirectMut(Redirect, Mutable): ...


class ProblemMut(ParameterProblem, Mutable): ...


class OtherIcmpMut(OtherIcmp, Mutable): ...


class UDPMut(UDP, Mutable): ...


class TCPMut(TCP, Mutable): ...


class TcpHeaderMut(TcpHeader, Mutable): ...


class InternetChecksumMut(InternetChecksum, Mutable): ...


class Kind(IntEnum):
    ONE = 1
    TWO = 2
    LAST = 200


Five = Annotated[Field[bytes], Octets(5)]
AnyKind = Annotated[Field[Kind], UInt(8, kind=Kind)]
OpenKind = Annotated[Field["Kind | int"], UInt(8, kind=Kind, open=True)]
Truth = Annotated[Field[bool], UInt(8, boolean=True)]


class OddOnes(Packet, Mutable):
    """Fields of all kinds at odd offsets, behind a variable one, in both byte orders, under one checksum."""

    first: u16
    checksum: u16 = inet_checksum("whole")
    one: u8
    size: u8 = derived()
    wide: u24
    low: u16le
    quad: u32le
    high: u4
    middle: u12
    long: u64
    back: u64le
    name: Raw = sized(size, default=b"")
    behind: u16
    behind_low: u32le
    ends: Five
    bits: u2
    more: u6
    body: Body = rest(default=b"")


class Covered(Packet, Mutable):
    """A header checksum between a header of variable size and what it does not cover."""

    words: u8 = derived()
    kind: AnyKind
    checksum: u16 = inet_checksum("header")
    name: Raw = sized(words * 2, default=b"")
    again: u8
    least: u16 = field(min=5, max=300)
    body: Body = rest(default=b"")
    trailer: u16
    truth: Truth


class Following(Packet, Mutable):
    """What is computed follows what is assigned to, and a field on the wire seeds the checksum."""

    flags: u4 = field()
    double: u12 = computed(flags * 2 + 1)
    weight: u16 = field()
    checksum: u16 = inet_checksum("whole", seed=weight * 3)
    still: flag
    rest_of: Annotated[Field[int], UInt(7)]


SPECS: list[tuple[type[Packet], type[Packet]]] = [
    (Ethernet, EthernetMut),
    (EthernetII, EthernetIIMut),
    (ARP, ARPMut),
    (IPv4, IPv4Mut),
    (Echo, EchoMut),
    (Unreachable, UnreachableMut),
    (Redirect, RedirectMut),
    (ParameterProblem, ProblemMut),
    (OtherIcmp, OtherIcmpMut),
    (UDP, UDPMut),
    (TcpHeader, TcpHeaderMut),
    (InternetChecksum, InternetChecksumMut),
    (OddOnes, OddOnes),
    (Covered, Covered),
    (Following, Following),
]


def assignable(packet: type[Packet]) -> list[str]:
    """The fields whose size does not vary and which a constructor takes, and those of bytes."""
    return [each.name for each in packet._layout.parameters if not isinstance(each.encoding, Argument)]


def values(packet: type[Packet], name: str, size: int) -> SearchStrategy[object]:
    """What may be given for a field, with many zeros and many ones: what is hard in ones' complement."""
    encoding = packet._layout.fields[name].encoding
    if (packet, name) in _ALLOWED:
        return st.sampled_from(_ALLOWED[packet, name])
    if isinstance(encoding, UInt):
        if encoding.kind is not None:
            return st.sampled_from(Kind)
        if encoding.boolean:
            return st.booleans()
        most = (1 << encoding.bits) - 1
        return st.one_of(st.sampled_from((0, most)), st.integers(0, most))
    if isinstance(encoding, Octets):
        size = encoding.size
    return st.one_of(st.sampled_from((bytes(size), b"\xff" * size)), st.binary(min_size=size, max_size=size))


@st.composite
def writes(draw: DrawFn, packet: type[Packet]) -> tuple[dict[str, object], list[tuple[str, object]]]:
    """A packet's fields, and what is then assigned to them."""
    sizes = {
        name: draw(st.integers(0, 5)) * (4 if name == "options" else 2 if name == "name" else 1) for name in _BYTES
    }
    if packet is OddOnes:
        sizes["name"] = draw(st.integers(0, 5))
    names = assignable(packet)
    first = {name: draw(values(packet, name, sizes.get(name, 0))) for name in names}
    first |= {name: allowed[0] for (spec, name), allowed in _ALLOWED.items() if spec is packet}
    chosen = draw(st.lists(st.sampled_from(names), min_size=5, max_size=15))
    return first, [(name, draw(values(packet, name, sizes.get(name, 0)))) for name in chosen]


_ALLOWED: dict[tuple[type[Packet], str], tuple[int, ...]] = {
    (Echo, "type"): (0, 8, 3),
    (EthernetII, "kind"): (0x600, 0xFFFF, 0x5FF),
    (Covered, "least"): (5, 300, 4),
}
"""For fields of which few values are allowed: some that are, and one that is not."""

_BYTES = ("options", "body", "data", "quoted", "name")


@pytest.mark.parametrize(("plain", "mutable"), SPECS, ids=lambda spec: spec.__name__)
@given(data=st.data())
def test_writes_equal_a_rebuild(plain: type[Packet], mutable: type[Packet], data: st.DataObject) -> None:
    fields, assigned = data.draw(writes(plain))
    seed = {"pseudo": data.draw(st.integers(0, 0xFFFF))} if "pseudo" in plain._layout.fields else {}
    built = plain(**fields, **seed).build()
    before, behind = data.draw(st.sampled_from(((b"", b""), (b"\xa5", b"\x5a\xa5"), (b"abcd", b"e"))))
    closed = not (plain._layout.variables and plain._layout.total is None)
    buf = bytearray(before + built + (behind if closed else b""))
    view = mutable.view(buf, len(before), None, **seed)
    for name, value in assigned:
        kept = bytes(buf)
        try:
            expected = plain(**(fields | {name: value}), **seed).build()
        except OutOfRange:
            with pytest.raises(OutOfRange):
                setattr(view, name, value)
            assert buf == kept
            continue
        fields[name] = value
        setattr(view, name, value)
        assert buf == before + expected + (behind if closed else b""), f"{name} = {value!r}"
    assert view.build() == plain(**fields, **seed).build()
    assert {name: getattr(view, name) for name in fields} == {
        name: getattr(plain.parse(view.build(), **seed), name) for name in fields
    }


@given(check=st.integers(0, 0xFFFF), ttl=st.integers(0, 255))
def test_a_wrong_checksum_stays_wrong_by_as_much(check: int, ttl: int) -> None:
    buf = bytearray(IPv4(proto=17, src=HOST, dst=PEER).build())
    off = (int.from_bytes(buf[10:12], "big") - check) % 0xFFFF
    buf[10:12] = check.to_bytes(2, "big")
    IPv4Mut.view(buf).ttl = ttl
    right = IPv4(proto=17, src=HOST, dst=PEER, ttl=ttl).build()
    assert (int.from_bytes(right[10:12], "big") - int.from_bytes(buf[10:12], "big")) % 0xFFFF == off
    assert verify_ipv4(bytes(buf), 0, 20) is (off == 0)


def test_the_example_of_rfc_1624() -> None:
    class Words(Packet, Mutable):
        word: u16
        checksum: u16 = inet_checksum("whole")
        others: u16

    buf = bytearray(Words(word=0x5555, others=0xCD7A).build())
    view = Words.view(buf)
    assert view.checksum == 0xDD2F
    view.word = 0x3285
    assert view.checksum == 0x0000  # where RFC 1141 has 0xFFFF


def test_a_sum_of_nothing_but_zeros() -> None:
    """Its complement is 0xFFFF; that of any other sum which is 0 modulo 0xFFFF is 0 (RFC 1624, section 3)."""
    buf = bytearray(Echo(type=0, ident=0, seq=0).build())
    view = EchoMut.view(buf)
    assert view.checksum == 0xFFFF
    view.ident = 0xFFFF
    assert view.checksum == 0
    view.ident = 0
    assert view.checksum == 0xFFFF


# -- UDP, whose checksum may be none


def test_no_checksum_stays_none() -> None:
    buf = bytearray(UDP(sport=1, dport=2, body=b"fox").build())
    buf[6:8] = b"\0\0"
    view = UDPMut.view(buf)
    view.sport = 77
    view.body = b"hen"
    view.adjust(b"\1\2", b"\3\4")
    assert view.checksum == 0
    assert (view.sport, bytes(view.body)) == (77, b"hen")
    assert verify_udp(bytes(buf), 0, len(buf))


def test_a_computed_zero_is_not_none() -> None:
    buf = bytearray(UDP(sport=1, dport=2).build())
    view = UDPMut.view(buf)
    view.sport = (view.checksum + 1) % 0xFFFF  # all of the sum
    assert view.checksum == 0xFFFF
    view.sport = 1
    assert buf == UDP(sport=1, dport=2).build()


# -- what another layer changes


@given(
    addresses=st.tuples(*[st.binary(min_size=4, max_size=4)] * 4),
    body=st.binary(max_size=9),
    ports=st.tuples(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF)),
)
@pytest.mark.parametrize("transport", [UDPMut, TcpHeaderMut])
def test_translating_addresses(
    transport: type[UDPMut | TcpHeaderMut], addresses: tuple[bytes, ...], body: bytes, ports: tuple[int, int]
) -> None:
    """As a NAT does it: addresses in one header, ports in the next, whose checksum covers both (RFC 3022, 4.1)."""
    source, target, new_source, new_target = addresses

    def datagram(src: bytes, dst: bytes, sport: int) -> bytes:
        size = transport.MIN + len(body)
        pseudo = ones_sum(src + dst + bytes((0, 17)) + size.to_bytes(2, "big"), 0, 12)
        segment: Packet = UDP(pseudo=pseudo, sport=sport, dport=9, body=body)
        if transport is TcpHeaderMut:
            segment = TcpHeader(pseudo=pseudo, sport=sport, dport=9, seq=1, window=2, body=body)
        return IPv4(proto=17, src=src, dst=dst, body=segment).build()

    buf = bytearray(datagram(source, target, ports[0]))
    ip = IPv4Mut.view(buf)
    inner = ip.open(transport)
    inner.adjust(ip.src.packed + ip.dst.packed, new_source + new_target)
    inner.sport = ports[1]
    ip.src, ip.dst = IPv4Address(new_source), new_target
    assert buf == datagram(new_source, new_target, ports[1])


def test_adjusting_for_bytes_of_another_size() -> None:
    """From one pseudo-header to another, as between IPv6 and IPv4 (RFC 7915, section 4.5)."""
    old, new = bytes(range(32)), b"\x0a\0\0\1\x0a\0\0\2"
    buf = bytearray(UDP(pseudo=ones_sum(old, 0, 32), sport=1, dport=2, body=b"fox").build())
    UDPMut.view(buf).adjust(memoryview(old), bytearray(new))
    assert buf == UDP(pseudo=ones_sum(new, 0, 8), sport=1, dport=2, body=b"fox").build()


def test_a_quoted_packet_is_changed_through_a_view_of_its_own() -> None:
    quoted = IPv4(proto=17, src=HOST, dst=PEER, body=b"12345678").build()
    buf = bytearray(Unreachable(code=3, quoted=quoted).build())
    message = UnreachableMut.view(buf)
    inner = message.open(IPv4Mut)
    old = bytes(message.quoted)
    inner.src = PEER
    message.adjust(old, bytes(message.quoted))
    assert buf == Unreachable(code=3, quoted=inner.build()).build()
    assert verify_ipv4(bytes(message.quoted), 0, 20)


def test_adjust_is_for_views_with_a_checksum() -> None:
    with pytest.raises(AttributeError, match=r"^EthernetMut\.adjust: there is no checksum"):
        EthernetMut.view(bytearray(14)).adjust(b"", b"")
    with pytest.raises(AttributeError, match="only views"):
        UDPMut(sport=1, dport=2).adjust(b"", b"")
    with pytest.raises(TypeError, match=r"^UDPMut\.adjust: needs bytes, got 'fox'"):
        UDPMut.view(bytearray(UDP(sport=1, dport=2).build())).adjust("fox", b"")  # type: ignore[arg-type]


# -- buffers


@pytest.mark.parametrize(
    "buffer",
    [
        bytes,
        lambda data: memoryview(bytes(data)),
        lambda data: memoryview(bytearray(data)).toreadonly(),
        lambda data: memoryview(bytearray(data)).cast("H"),
        lambda data: memoryview(bytearray(data)).cast("b"),
        lambda data: Window(bytes(data), 0, len(data)),
    ],
)
def test_a_buffer_that_cannot_be_written_to(buffer: Callable[[bytes], bytes]) -> None:
    data = buffer(IPv4(proto=17, src=HOST, dst=PEER).build())
    with pytest.raises(TypeError, match=r"^IPv4Mut\.view needs a writable buffer$"):
        IPv4Mut.view(data)


class Bytes(bytearray):
    """A buffer of a class of its own."""


@pytest.mark.parametrize("kind", [bytearray, Bytes, lambda data: memoryview(bytearray(data))])
def test_buffers_that_can_be_written_to(kind: Callable[[bytes], bytearray]) -> None:
    packet = IPv4(proto=17, src=HOST, dst=PEER, options=b"abcd", body=b"fox")
    buf = kind(b"--" + packet.build() + b"--")
    for view in (IPv4Mut.view(buf, 2, 2 + 27), IPv4Mut.view(Window(buf, 1, 31), 1)):
        view.ttl, view.frag, view.dst, view.options, view.body = 3, 9, HOST, b"wxyz", Window(b"ahenb", 1, 4)
        changed = IPv4(proto=17, src=HOST, dst=HOST, ttl=3, frag=9, options=b"wxyz", body=b"hen")
        assert bytes(buf) == b"--" + changed.build() + b"--"
        view.ttl, view.frag, view.dst, view.options, view.body = 64, 0, PEER.packed, bytearray(b"abcd"), b"fox"
        assert bytes(buf) == b"--" + packet.build() + b"--"


def test_too_short_is_truncated_and_not_written_to() -> None:
    with pytest.raises(Truncated, match="IPv4Mut: needs 20 bytes, 3 left"):
        IPv4Mut.view(bytearray(3))


# -- what is refused


def sample() -> bytearray:
    return bytearray(IPv4(proto=17, src=HOST, dst=PEER, options=b"abcd", body=b"fox").build())


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ttl", 300, "IPv4Mut.ttl: 300 does not fit in 8 bits (0..255)"),
        ("ttl", -1, "IPv4Mut.ttl: -1 does not fit in 8 bits (0..255)"),
        ("frag", 9000, "IPv4Mut.frag: 9000 does not fit in 13 bits (0..8191)"),
        ("ident", 1 << 70, f"IPv4Mut.ident: {1 << 70} does not fit in 16 bits (0..65535)"),
        ("src", b"abc", "IPv4Mut.src: needs 4 bytes, got 3"),
        ("options", b"abc", "IPv4Mut.options: needs 4 bytes, got 3"),
        ("options", b"", "IPv4Mut.options: needs 4 bytes, got 0"),
        ("body", b"foxes", "IPv4Mut.body: needs 3 bytes, got 5"),
        ("body", UDP(sport=1, dport=2), "IPv4Mut.body: needs 3 bytes, got 8"),
    ],
)
def test_what_does_not_fit(name: str, value: object, said: str) -> None:
    buf = sample()
    with pytest.raises(OutOfRange) as caught:
        setattr(IPv4Mut.view(buf), name, value)
    assert str(caught.value) == said
    assert (caught.value.packet, caught.value.field, caught.value.offset) == ("IPv4Mut", name, None)
    assert buf == sample()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ttl", "3"),
        ("ttl", 3.0),
        ("ttl", None),
        ("df", "yes"),
        ("src", 3),
        ("src", MAC),
        ("options", "abcd"),
        ("body", 3),
    ],
)
def test_wrong_types(name: str, value: object) -> None:
    buf = sample()
    with pytest.raises(TypeError, match=rf"^IPv4Mut\.{name}: "):
        setattr(IPv4Mut.view(buf), name, value)
    assert buf == sample()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("version", "is always 4"),
        ("ihl", "follows from other fields"),
        ("length", "is the size of the packet, which stays"),
        ("checksum", "follows from what it covers"),
    ],
)
def test_fields_that_take_nothing(name: str, said: str) -> None:
    buf = sample()
    with pytest.raises(AttributeError, match=f"^IPv4Mut.{name}: {said}$"):
        setattr(IPv4Mut.view(buf), name, 5)
    assert buf == sample()


def test_other_things_that_take_nothing() -> None:
    udp = UDPMut.view(bytearray(UDP(sport=1, dport=2).build()), pseudo=7)
    with pytest.raises(AttributeError, match=r"^UDPMut\.pseudo: is not on the wire$"):
        udp.pseudo = 8
    assert udp.pseudo == 7
    with pytest.raises(AttributeError, match="deleter"):
        del udp.sport
    following = Following.view(bytearray(Following(flags=1, weight=2, still=True, rest_of=3).build()))
    with pytest.raises(AttributeError, match=r"^Following\.double: follows from other fields$"):
        following.double = 3


def test_read_only_views_stay_so() -> None:
    view = IPv4.view(sample())
    with pytest.raises(AttributeError, match=r"^IPv4\.ttl: packets are read-only$"):
        view.ttl = 3  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        view.adjust(b"", b"")  # type: ignore[attr-defined]


def test_values_of_mutable_packets_are_immutable() -> None:
    for value in (IPv4Mut(proto=17, src=HOST, dst=PEER), IPv4Mut.parse(sample())):
        with pytest.raises(AttributeError, match=r"^IPv4Mut\.ttl: values are read-only$"):
            value.ttl = 3
        assert hash(value) == hash(value.copy())
    check_value(IPv4Mut(proto=17, src=HOST, dst=PEER))


def test_guards_are_kept() -> None:
    buf = bytearray(Echo(type=8, ident=1, seq=2).build())
    view = EchoMut.view(buf)
    view.type = 0
    assert buf == Echo(type=0, ident=1, seq=2).build()
    with pytest.raises(OutOfRange, match=r"^EchoMut\.type: 3, but EchoMut has type in \(0, 8\)$"):
        view.type = 3
    assert buf == Echo(type=0, ident=1, seq=2).build()
    frame = bytearray(EthernetII(dst=MAC, src=MAC, kind=0x800).build())
    with pytest.raises(OutOfRange, match=r"^EthernetIIMut\.kind: 1500, but EthernetIIMut has kind >= 1536$"):
        EthernetIIMut.view(frame).kind = 1500


def test_a_guard_on_two_fields_and_an_argument() -> None:
    class Pair(Packet):
        limit: arg[int] = field(default=9)
        one: u8 = field()
        two: u8 = field()

    class Less(Pair, Mutable, when=Pair.one.between(1, 9) | (Pair.two >= 5)): ...

    view = Less.view(bytearray((3, 0)))
    with pytest.raises(OutOfRange):
        view.one = 10
    view.two = 5
    view.one = 10
    with pytest.raises(OutOfRange):
        view.two = 4
    assert (view.one, view.two) == (10, 5)


def test_bounds_enums_and_truth() -> None:
    packet = Covered(kind=Kind.ONE, again=1, least=5, trailer=9, truth=True, body=b"fox", name=b"ab")
    view = Covered.view(bytearray(packet.build()))
    view.kind = Kind.LAST
    assert view.kind is Kind.LAST
    view.kind = 2  # type: ignore[assignment]
    assert view.kind is Kind.TWO
    for name, value, said in (
        ("kind", 3, "Covered.kind: 3 is no Kind"),
        ("least", 4, "Covered.least: 4, not 5..300"),
        ("least", 301, "Covered.least: 301, not 5..300"),
        ("least", 1 << 16, "Covered.least: 65536 does not fit in 16 bits (0..65535)"),
    ):
        with pytest.raises(OutOfRange) as caught:
            setattr(view, name, value)
        assert str(caught.value) == said
    view.truth = False
    view.least = 300
    assert (
        view.build()
        == Covered(kind=Kind.TWO, again=1, least=300, trailer=9, truth=False, body=b"fox", name=b"ab").build()
    )


def test_an_open_enum() -> None:
    class Open(Packet, Mutable):
        kind: OpenKind

    view = Open.view(bytearray(b"\1"))
    view.kind = 77
    assert view.kind == 77
    view.kind = 2
    assert view.kind is Kind.TWO


# -- what is compared and kept


def test_a_packet_that_is_only_made_mutable_compares_as_what_it_was() -> None:
    view = IPv4Mut.view(sample())
    assert view == IPv4.view(sample()) == IPv4Mut.parse(sample())
    view.ttl -= 1
    assert view != IPv4.parse(sample())
    assert view == IPv4.parse(view.build())
    assert hash(IPv4Mut.parse(sample())) == hash(IPv4.parse(sample()))
    assert pickle.loads(pickle.dumps(view)) == view
    assert repr(view).startswith("IPv4Mut(")


def test_views_that_change_are_not_hashable() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(IPv4Mut.view(sample()))


def test_a_packet_with_more_fields_is_another() -> None:
    class Longer(IPv4, Mutable):
        more: Raw = tail(0, default=b"")

    assert Longer.parse(sample()) != IPv4.parse(sample())


def test_instances_and_patterns() -> None:
    view = IPv4Mut.view(sample())
    assert isinstance(view, IPv4)
    match view:
        case IPv4(ttl=64, body=body):
            assert body == b"fox"
        case _:
            raise AssertionError(view)


def test_a_classifier_with_mutable_members() -> None:
    choose = Classifier[EchoMut | OtherIcmpMut]()
    buf = bytearray(Echo(type=8, ident=1, seq=2).build())
    message = choose.view(buf)
    assert isinstance(message, EchoMut)
    message.type = 0
    assert buf == Echo(type=0, ident=1, seq=2).build()
    with pytest.raises(TypeError, match="writable"):
        choose.view(bytes(buf))


def test_the_name_of_adjust_is_taken() -> None:
    class Adjusting(Packet):
        adjust: u8

    with pytest.raises(TypeError, match=r"AdjustingMut\.adjust: the name is reserved"):

        class AdjustingMut(Adjusting, Mutable):  # type: ignore[misc]  # as it says
            ...


# -- fields of variable size


def test_a_list_of_packets() -> None:
    options = (MaximumSegmentSize(size=1460), NoOperation(), WindowScale(shift=7))
    made = TCP(sport=1, dport=2, seq=3, window=4, options=options, body=b"fox")
    view = TCPMut.view(bytearray(made.build()))
    other = (NoOperation(), WindowScale(shift=3), MaximumSegmentSize(size=536))
    view.options = other
    assert view.options == other
    assert view.build() == TCP(sport=1, dport=2, seq=3, window=4, options=other, body=b"fox").build()
    with pytest.raises(OutOfRange, match=r"^TCPMut\.options: needs 8 bytes, got 4$"):
        view.options = (NoOperation(),)
    with pytest.raises(TypeError, match=r"^TCPMut\.options: "):
        view.options = (UDP(sport=1, dport=2),)  # type: ignore[assignment]
    assert view.options == other


Numbers = Annotated[FieldAs["tuple[int, ...]", Sequence[int]], ListOf(UInt(24))]
Hosts = Annotated[FieldAs["tuple[IPv4Address, ...]", Sequence[IPv4Address]], ListOf(Octets(4, IPv4Address))]
OptU24 = Annotated[Field["int | None"], UInt(24)]


class Text(Codec[str]):
    """A length and so many letters."""

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[str, int]:
        if pos >= end or pos + 1 + buf[pos] > end:
            raise Truncated("not all there")
        return bytes(buf[pos + 1 : pos + 1 + buf[pos]]).decode("latin-1"), pos + 1 + buf[pos]

    def write(self, out: bytearray, value: str, names: dict[object, int]) -> None:
        if not value.isascii():
            raise OutOfRange("not ASCII")
        out.append(len(value))
        out += value.encode()

    def strategy(self) -> SearchStrategy[str]:
        return st.text("abc", max_size=5)


class Whole(Text):
    """One that says that its bytes depend on the message."""

    compresses = True


Word = Annotated[Field[str], Text()]
Compressed = Annotated[Field[str], Whole()]


class Many(Packet, Mutable):
    """Every construct whose size varies, under a checksum, none of it at a place that is known beforehand."""

    number: u8 = derived()
    has: flag = derived()
    padded: flag = derived()
    size: Annotated[Field[int], UInt(6)] = derived()
    checksum: u16 = inet_checksum("whole")
    word: Word
    key: OptU24 = present(has)
    hosts: Hosts = count(number)
    numbers: Numbers = sized(size, pad=4)
    behind: u16
    body: Body = rest(default=b"")
    pinned: u32le
    padding: Raw = tail(last_u8(padded), default=b"")


@given(
    st.text("ab", min_size=3, max_size=3),
    st.sampled_from((0, 0xFFFFFF, 0x123456)),
    st.binary(min_size=3, max_size=3),
    st.integers(0, 0xFFFFFFFF),
    st.lists(st.integers(0, 0xFFFFFF), min_size=2, max_size=2),
)
def test_all_kinds_of_variable_fields(word: str, key: int, body: bytes, pinned: int, numbers: list[int]) -> None:
    made = Many(word="fox", key=1, hosts=(HOST, PEER), numbers=(1, 2), behind=7, body=b"...", pinned=9, padding=b"ab\3")
    view = Many.view(bytearray(b"--" + made.build()), 2)
    view.word, view.key, view.numbers, view.body, view.pinned = word, key, numbers, body, pinned
    view.hosts, view.padding, view.behind = (PEER, PEER), b"\0\0\3", pinned & 0xFFFF
    assert (view.word, view.key, view.hosts, view.numbers) == (word, key, (PEER, PEER), tuple(numbers))
    assert (
        view.build()
        == Many(
            word=word,
            key=key,
            hosts=(PEER, PEER),
            numbers=numbers,
            behind=pinned & 0xFFFF,
            body=body,
            pinned=pinned,
            padding=b"\0\0\3",
        ).build()
    )


def test_variable_fields_that_do_not_fit() -> None:
    made = Many(word="fox", key=1, hosts=(HOST,), numbers=(1,), behind=7, body=b"...", pinned=9, padding=b"ab\3")
    view, kept = Many.view(bytearray(made.build())), made.build()
    for name, value, said in (
        ("word", "hens", "Many.word: needs 4 bytes, got 5"),
        ("word", "fö", "Many.word: not ASCII"),
        ("key", None, "Many.key: present iff has"),
        ("key", 1 << 24, f"Many.key: {1 << 24} does not fit in 24 bits (0..16777215)"),
        ("hosts", (), "Many.hosts: needs 1 elements, got 0"),
        ("numbers", (1, 2), "Many.numbers: needs 3 bytes, got 6"),
        ("padding", b"abc", "Many.padding: its last byte is 99, not its size, 3"),
    ):
        with pytest.raises(OutOfRange) as caught:
            setattr(view, name, value)
        assert str(caught.value) == said
        assert view.build() == kept
    absent = Many.view(bytearray(Many(word="fox", key=None, hosts=(), numbers=(), behind=7, pinned=9).build()))
    absent.key = None
    with pytest.raises(OutOfRange, match=r"^Many\.key: present iff has$"):
        absent.key = 3


def test_what_others_are_read_by_takes_nothing() -> None:
    class Known(Packet, Mutable):
        number: u8 = field()
        data: Raw = sized(number)
        name: Compressed

    view = Known.view(bytearray(Known(number=2, data=b"ab", name="x").build()))
    with pytest.raises(AttributeError, match=r"^Known\.number: decides how 'data' is read"):
        view.number = 2
    with pytest.raises(AttributeError, match=r"^Known\.name: its bytes depend on the rest of the message$"):
        view.name = "y"
    view.data = b"cd"
    assert view.data == b"cd"


class First(Packet, tag=1):
    value: u16


class Second(Packet, tag=2):
    value: u16


class Third(Packet):
    chosen: arg[int] = field()
    data: Raw = rest()


class Tagged(Packet, Mutable):
    chosen: u8 = derived()
    size: u8 = derived()
    inner: oneof[First | Second | Third] = sized(size, on=chosen)


def test_a_packet_inside() -> None:
    view = Tagged.view(bytearray(Tagged(inner=First(value=7)).build()))
    view.inner = First(value=9)
    assert view.inner == First(value=9)
    assert view.build() == Tagged(inner=First(value=9)).build()
    with pytest.raises(OutOfRange, match=r"^Tagged\.inner: its tag is 2, but chosen is 1$"):
        view.inner = Second(value=9)
    with pytest.raises(OutOfRange, match=r"^Tagged\.inner: needs 2 bytes, got 3$"):
        view.inner = Third(chosen=1, data=b"abc")
    assert view.inner == First(value=9)


def test_the_kind_of_802_3_is_a_length() -> None:
    class Ieee8023Mut(Ieee8023, Mutable): ...

    view = Ieee8023Mut.view(bytearray(Ieee8023(dst=MAC, src=MAC, body=b"fox", pad=b"\0").build()))
    with pytest.raises(AttributeError, match="follows from other fields"):
        view.kind = 2
    view.pad = b"!"
    view.body = b"hen"
    assert view == Ieee8023(dst=MAC, src=MAC, body=b"hen", pad=b"!")

"""Compiled packets beside those of the exec back end. Runs where the package is compiled, see ``test_wheel``."""

from __future__ import annotations

import copy
import pickle
import random
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import foxpy
from foxpy.layers.ethernet.wire import EthernetII
from foxpy.layers.ipv4.wire import IPv4, append_ipv4, read_ipv4, verify_ipv4
from foxpy.layers.tcp.wire import TCP, NoOperation, Sack, SackBlock, TcpHeader, append_tcp, tcp_options
from foxpy.layers.udp.wire import UDP, append_udp, fill_udp, put_udp, read_udp, verify_udp
from foxpy.native import COMPILED
from foxpy.wire import Out, Packet, PacketError, Window, reader, writer
from foxpy.wire.ahead.backing import Backing
from foxpy.wire.ahead.compiling import HOT
from foxpy.wire.ahead.module import digest, generate
from foxpy.wire.classify import Classifier
from foxpy.wire.records import Records

pytestmark = pytest.mark.skipif(not COMPILED, reason="the packets are not compiled here")
ROOT = Path(foxpy.__file__).resolve().parents[1]
SRC, DST = b"\x0a\0\0\1", b"\x0a\0\0\2"


def modules() -> list[ModuleType]:
    return [import_module(name) for name in HOT]


def packets() -> list[type[Packet]]:
    found = [value for module in modules() for value in vars(module).values()]
    return list(
        dict.fromkeys(
            each for each in found if isinstance(each, type) and issubclass(each, Packet) and each is not Packet
        )
    )


def outcome(run: object, *given: object, **named: object) -> object:
    """What a call gives, or how it fails."""
    assert callable(run)
    try:
        found = run(*given, **named)
    except (PacketError, TypeError) as error:
        return type(error), str(error)
    return found


@pytest.mark.parametrize("name", HOT)
def test_the_modules_are_compiled_and_up_to_date(name: str) -> None:
    module = import_module(name)
    assert module.__file__
    assert not module.__file__.endswith(".py")
    source = ROOT / Path(*name.split(".")).with_suffix(".py")
    generated = generate(name, source, source.relative_to(ROOT).as_posix())
    assert digest(generated.text) == module.DIGEST


def test_interpreted_importers_see_the_classes_of_the_source() -> None:
    assert issubclass(UDP, Packet)
    value = UDP(sport=1, dport=2, body=b"abc")
    assert type(value) is not UDP
    assert isinstance(value, UDP)
    assert isinstance(UDP.view(value.build()), UDP)
    assert type(UDP.parse(value.build())) is type(value)
    assert UDP.__module__ == "foxpy.layers.udp.wire"
    assert reader(UDP.dport)(value.build(), 0, 11) == (2,)
    match value:
        case UDP(sport=sport, body=body):
            assert (sport, bytes(body)) == (1, b"abc")


def test_values_views_and_copies_are_equal() -> None:
    value = IPv4(proto=6, src=SRC, dst=DST, options=b"\1\1\1\1", body=b"payload")
    built = value.build()
    others = [IPv4.view(built), IPv4.parse(built), IPv4.view(Window(b"x" + built, 1, 1 + len(built)))]
    others += [pickle.loads(pickle.dumps(value)), copy.copy(value), IPv4.view(bytearray(built)), value.copy()]
    for other in others:
        assert other == value
        assert hash(other) == hash(value)
        assert repr(other) == repr(value)
        assert str(other) == str(value)
        assert other.build() == built
        assert other.dump() == value.dump()
        assert (other.ihl, other.length, other.checksum) == (6, 31, IPv4.parse(built).checksum)


def test_a_view_of_what_changes_changes_with_it() -> None:
    built = bytearray(UDP(sport=1, dport=2).build())
    view = UDP.view(built)
    built[1] = 9
    assert view.sport == 9


def test_native_packets_are_read_only() -> None:
    value = UDP(sport=1, dport=2)
    with pytest.raises(AttributeError, match=r"UDP.sport: packets are read-only"):
        value.sport = 3  # type: ignore[arg-type]  # what is refused
    with pytest.raises(AttributeError, match=r"UDP.sport: packets are read-only"):
        del value.sport


def test_a_subclass_of_a_native_packet() -> None:
    class Fox(UDP):
        """Not native, as it was defined here."""

    made = Fox(sport=1, dport=2, body=b"abc")
    assert isinstance(made, UDP)
    assert made.build() == UDP(sport=1, dport=2, body=b"abc").build()
    assert IPv4(proto=17, src=SRC, dst=DST, body=made).build()[20:] == made.build()


@pytest.mark.parametrize("packet", packets(), ids=lambda each: f"{each.__module__}.{each.__name__}")
def test_bytes_are_refused_alike(packet: type[Packet]) -> None:
    backing, noise = Backing(packet), random.Random(packet.__name__)
    for size in [*range(packet.MIN + 6), 60, 60, 60]:
        for _ in range(12):
            data = bytearray(noise.randbytes(size + 3))
            for at in range(min(4, len(data))):
                data[at] &= noise.choice((0x0F, 0xFF, 0x45, 0))
            for how in ("parse", "view"):
                native = outcome(getattr(packet, how), bytes(data), 2, 2 + size)
                other = outcome(getattr(backing, how), bytes(data), 2, 2 + size)
                if not isinstance(native, Packet) or not isinstance(other, Packet):
                    assert native == other
                    continue
                assert outcome(native.dump) == outcome(other.dump)  # what a view reads late may be refused
                assert outcome(native.build) == outcome(other.build)
                assert outcome(native.copy) == outcome(other.copy)


@pytest.mark.parametrize("packet", packets(), ids=lambda each: f"{each.__module__}.{each.__name__}")
def test_values_are_refused_alike(packet: type[Packet]) -> None:
    backing, names = Backing(packet), [field.name for field in packet._layout.parameters]
    wrong = [-1, 1 << 64, 256, 15, True, "x", b"", b"abc", b"abcd", b"abcdef", bytearray(4), None, (), 2.5]
    noise = random.Random(packet.__name__)
    for _ in range(400):
        given = {name: noise.choice(wrong) for name in names if noise.random() < 0.9}
        native = outcome(packet, **given)
        other = outcome(backing.make, packet, **given)
        assert native == other
        if isinstance(native, Packet) and isinstance(other, Packet):
            assert outcome(native.build) == outcome(other.build)


def test_choosers_refuse_alike() -> None:
    noise = random.Random(0)
    choosers = [value for module in modules() for value in vars(module).values()]
    found = [each for each in choosers if isinstance(each, Classifier | Records)]
    assert found
    for chooser in found:
        other = copy.copy(chooser)
        for name in ("parse", "view", "build"):
            vars(other).pop(name, None)
        for _ in range(600):
            data = noise.randbytes(noise.randrange(24))
            if noise.random() < 0.7:
                data = bytes(byte % 9 for byte in data)
            assert outcome(chooser.parse, data, 0, len(data)) == outcome(other.parse, data, 0, len(data))


def test_functions_of_the_data_path_refuse_alike() -> None:
    out = bytearray(b"before")
    for wrong in (65536, -1, 1 << 70):
        with pytest.raises(PacketError, match=r"UDP.sport: -?\d+ does not fit in 16 bits \(0..65535\)"):
            append_udp(out, 0, sport=wrong, dport=2)
    with pytest.raises(PacketError, match=r"UDP.length: 65544 does not fit in 16 bits"):
        append_udp(out, 65536, sport=1, dport=2)
    with pytest.raises(PacketError, match=r"IPv4.ihl: the length of 'options' is not a multiple of 4"):
        append_ipv4(out, 0, proto=1, src=SRC, dst=DST, options=b"abc")
    with pytest.raises(PacketError, match=r"TcpHeader.doff: 16 does not fit in 4 bits"):
        append_tcp(out, 0, sport=1, dport=2, seq=3, window=4, options=bytes(44))
    with pytest.raises(PacketError, match=r"IPv4.src: needs 4 bytes, got 3"):
        append_ipv4(out, 0, proto=1, src=b"abc", dst=DST)
    assert out == b"before"
    with pytest.raises(PacketError, match=r"UDP: needs 8 bytes, 7 left"):
        read_udp(bytes(20), 0, 7)
    with pytest.raises(PacketError, match=r"IPv4.version: 0, not 4"):
        read_ipv4(bytes(20), 0, 20)
    assert not verify_ipv4(bytes(20), 0, 20)
    assert not verify_udp(bytes(7), 0, 7)


def test_writers_and_fillers_agree_with_values() -> None:
    noise = random.Random(1)
    for size in (0, 1, 7, 8, 9, 63, 64, 1460):
        body, seed = noise.randbytes(size), noise.randrange(1 << 20)
        built = UDP(pseudo=seed, sport=1, dport=2, body=body).build()
        out, appended = Out(), bytearray()
        out.push_bytes(body)
        put_udp(out, pseudo=seed, sport=1, dport=2)
        assert out.bytes() == built
        append_udp(appended, size, sport=1, dport=2)
        fill_udp(appended, 0, body, seed)
        assert appended + body == built
        assert verify_udp(built, 0, len(built), seed)


def test_asking_again_gives_what_is_native() -> None:
    assert writer(UDP) is put_udp


def test_an_output_buffer_may_be_written_to_between_pushes() -> None:
    out = Out(2)
    out.push_bytes(b"end")
    at = out.push(3)
    out.buf[at : at + 3] = b"abc"
    out.push_bytes(b"front ")
    assert (out.bytes(), len(out)) == (b"front abcend", 12)
    put_udp(out, sport=1, dport=2)
    assert out.bytes()[8:] == b"front abcend"
    assert verify_udp(out.bytes(), 0, 20)


def test_lists_nest_and_mix() -> None:
    options = (NoOperation(), Sack(blocks=[SackBlock(left=1, right=2)]), NoOperation())
    value = TCP(sport=1, dport=2, seq=3, window=4, options=options, body=b"abc")
    built = value.build()
    assert TCP.parse(built).options == options == TCP.view(built).options
    assert tcp_options.parse(built, 20, 32) == options
    frame = EthernetII(dst=bytes(6), src=bytes(6), kind=0x800, body=IPv4(proto=6, src=SRC, dst=DST, body=value))
    assert EthernetII.view(frame.build()).open(IPv4).open(TcpHeader).seq == 3

"""Messages of the connection protocol against RFC 4254."""

from __future__ import annotations

from typing import assert_never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.ssh.channels import (
    ChannelClose,
    ChannelData,
    ChannelEof,
    ChannelExtendedData,
    ChannelFailure,
    ChannelOpenConfirmation,
    ChannelOpenFailure,
    ChannelSuccess,
    DataType,
    DirectTcpip,
    ForwardedTcpip,
    OpenFailure,
    OtherChannelOpen,
    SessionOpen,
    WindowAdjust,
    X11Open,
)
from foxpy.layers.ssh.connection import (
    CancelTcpipForward,
    OtherConnection,
    OtherGlobalRequest,
    RequestFailure,
    RequestSuccess,
    TcpipForward,
    connection,
)
from foxpy.layers.ssh.message import SshMessage
from foxpy.layers.ssh.requests import (
    Env,
    Exec,
    ExitSignal,
    ExitStatus,
    OtherChannelRequest,
    PtyRequest,
    Shell,
    Signal,
    Subsystem,
    WindowChange,
    X11Request,
    XonXoff,
)
from foxpy.layers.ssh.terminal import Opcode
from foxpy.wire import Malformed, OutOfRange, Packet, PacketError, Truncated, Window
from foxpy.wire.laws import check_bytes, check_value
from foxpy.wire.strategies import strategy


def text(value: str) -> str:
    return f"{len(value.encode()):08x}{value.encode().hex()}"


def opening(kind: str) -> str:
    return "5a" + text(kind) + "00000001 00200000 00008000"


def request(kind: str, want_reply: int = 0) -> str:
    return "62 00000007" + text(kind) + f"{want_reply:02x}"


VECTORS: list[tuple[SshMessage, str]] = [
    (TcpipForward(address="0.0.0.0", port=80), "50" + text("tcpip-forward") + "01" + text("0.0.0.0") + "00000050"),
    (
        CancelTcpipForward(want_reply=False, address="", port=65535),
        "50" + text("cancel-tcpip-forward") + "00" + text("") + "0000ffff",
    ),
    (
        OtherGlobalRequest(request="keepalive@openssh.com", data=b"?"),
        "50" + text("keepalive@openssh.com") + "01 3f",
    ),
    (RequestSuccess(), "51"),
    (RequestSuccess(data=b"??"), "51 3f3f"),
    (RequestSuccess(port_expected=True, port=1024), "51 00000400"),
    (RequestFailure(), "52"),
    (SessionOpen(sender=1, window=1 << 21, packet_size=1 << 15), opening("session")),
    (
        X11Open(sender=1, window=1 << 21, packet_size=1 << 15, originator="192.168.7.38", originator_port=6000),
        opening("x11") + text("192.168.7.38") + "00001770",
    ),
    (
        ForwardedTcpip(
            sender=1,
            window=1 << 21,
            packet_size=1 << 15,
            address="10.0.0.1",
            port=80,
            originator="::1",
            originator_port=40000,
        ),
        opening("forwarded-tcpip") + text("10.0.0.1") + "00000050" + text("::1") + "00009c40",
    ),
    (
        DirectTcpip(
            sender=1,
            window=1 << 21,
            packet_size=1 << 15,
            host="a.example",
            port=22,
            originator="127.0.0.1",
            originator_port=0,
        ),
        opening("direct-tcpip") + text("a.example") + "00000016" + text("127.0.0.1") + "00000000",
    ),
    (
        OtherChannelOpen(channel_type="tun@openssh.com", sender=1, window=1 << 21, packet_size=1 << 15, data=b"?"),
        opening("tun@openssh.com") + "3f",
    ),
    (
        ChannelOpenConfirmation(recipient=1, sender=2, window=3, packet_size=4),
        "5b 00000001 00000002 00000003 00000004",
    ),
    (
        ChannelOpenFailure(recipient=1, reason=OpenFailure.CONNECT_FAILED, description="é"),
        "5c 00000001 00000002" + text("é") + text(""),
    ),
    (ChannelOpenFailure(recipient=1, reason=0xFE000001), "5c 00000001 fe000001" + 2 * text("")),
    (WindowAdjust(recipient=1, more=0xFFFFFFFF), "5d 00000001 ffffffff"),
    (ChannelData(recipient=1, data=b"ls\n"), "5e 00000001 00000003 6c730a"),
    (ChannelExtendedData(recipient=1, data=b"no"), "5f 00000001 00000001 00000002 6e6f"),
    (ChannelExtendedData(recipient=1, data_type=7, data=b""), "5f 00000001 00000007 00000000"),
    (ChannelEof(recipient=1), "60 00000001"),
    (ChannelClose(recipient=1), "61 00000001"),
    (
        PtyRequest(
            recipient=7, want_reply=True, term="vt100", width=640, height=480, modes=[(Opcode.ECHO, 0), (3, 127)]
        ),
        request("pty-req", 1)
        + text("vt100")
        + "00000050 00000018 00000280 000001e0"
        + "0000000b 3500000000 030000007f 00",
    ),
    (
        X11Request(recipient=7, cookie="0123"),
        request("x11-req") + "00" + text("MIT-MAGIC-COOKIE-1") + text("0123") + "00000000",
    ),
    (Env(recipient=7, name=b"LANG", value=b"\xff"), request("env") + text("LANG") + "00000001 ff"),
    (Shell(recipient=7, want_reply=True), request("shell", 1)),
    (Exec(recipient=7, command=b"ls \xe9"), request("exec") + "00000004 6c7320e9"),
    (Subsystem(recipient=7, name="sftp"), request("subsystem") + text("sftp")),
    (
        WindowChange(recipient=7, columns=132, rows=43),
        request("window-change") + "00000084 0000002b 00000000 00000000",
    ),
    (XonXoff(recipient=7, client_can_do=True), request("xon-xoff") + "01"),
    (Signal(recipient=7, signal="INT"), request("signal") + text("INT")),
    (ExitStatus(recipient=7, status=255), request("exit-status") + "000000ff"),
    (
        ExitSignal(recipient=7, signal="SEGV", core_dumped=True, message="dumped"),
        request("exit-signal") + text("SEGV") + "01" + text("dumped") + text(""),
    ),
    (OtherChannelRequest(recipient=7, request="break", data=b"\0\0\1\0"), request("break") + "00000100"),
    (ChannelSuccess(recipient=1), "63 00000001"),
    (ChannelFailure(recipient=1), "64 00000001"),
    (OtherConnection(number=83, data=b"?"), "53 3f"),
]
KINDS = sorted({type(packet)._spec for packet, _ in VECTORS}, key=lambda kind: kind.__name__)


def expecting(packet: SshMessage) -> bool:
    return isinstance(packet, RequestSuccess) and packet.port_expected


@pytest.mark.parametrize(("packet", "data"), VECTORS)
def test_vectors(packet: SshMessage, data: str) -> None:
    wire = bytes.fromhex(data)
    assert packet.build() == wire
    assert connection.parse(wire, port_expected=expecting(packet)) == packet
    assert connection.view(b"?" + wire, 1, port_expected=expecting(packet)) == packet
    check_value(packet)


def test_there_is_a_vector_for_every_message() -> None:
    assert set(KINDS) == set(connection.members)


@pytest.mark.parametrize("packet", KINDS)
@given(data=st.data())
def test_laws_of_values(packet: type[Packet], data: st.DataObject) -> None:
    check_value(data.draw(strategy(packet)))


@pytest.mark.parametrize(("packet", "data"), VECTORS)
@given(tail=st.binary(max_size=40), cut=st.integers(0, 80))
def test_laws_of_bytes(packet: SshMessage, data: str, tail: bytes, cut: int) -> None:
    arguments = {"port_expected": True} if expecting(packet) else {}
    check_bytes(type(packet)._spec, bytes.fromhex(data)[:cut] + tail, **arguments)


@given(st.sampled_from(VECTORS), st.booleans(), st.data())
def test_a_byte_that_is_another_gives_a_message_or_an_error(
    vector: tuple[SshMessage, str], port_expected: bool, data: st.DataObject
) -> None:
    wire = bytearray.fromhex(vector[1])
    wire[data.draw(st.integers(0, len(wire) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = connection.parse(wire, port_expected=port_expected)
    except PacketError:
        return
    assert connection.parse(found.build(), port_expected=port_expected) == found


# -- the port that a reply has if one was asked for (section 7.1)


@given(strategy(RequestSuccess, port_expected=st.just(True), port=st.integers(0, (1 << 32) - 1)))
def test_laws_of_a_port(packet: RequestSuccess) -> None:
    check_value(packet)


def test_a_port_is_there_if_it_is_expected() -> None:
    wire = bytes.fromhex("51 00000400")
    assert RequestSuccess.parse(wire, port_expected=True).port == 1024
    plain = RequestSuccess.parse(wire, port_expected=False)
    assert (plain.port, plain.data) == (None, b"\0\0\4\0")
    with pytest.raises(Truncated, match=r"RequestSuccess.port: needs 4 bytes, 3 left"):
        RequestSuccess.parse(wire[:4], port_expected=True)


@pytest.mark.parametrize(("port_expected", "port"), [(True, None), (False, 22)])
def test_a_port_agrees_with_what_is_expected(port_expected: bool, port: int | None) -> None:
    with pytest.raises(OutOfRange, match=r"RequestSuccess.port: present iff port_expected"):
        RequestSuccess(port_expected=port_expected, port=port).build()


# -- choice


CHANNEL_TYPES = {"session": SessionOpen, "x11": X11Open, "forwarded-tcpip": ForwardedTcpip, "direct-tcpip": DirectTcpip}
REQUESTS: dict[str, type[SshMessage]] = {
    "pty-req": PtyRequest,
    "x11-req": X11Request,
    "env": Env,
    "shell": Shell,
    "exec": Exec,
    "subsystem": Subsystem,
    "window-change": WindowChange,
    "xon-xoff": XonXoff,
    "signal": Signal,
    "exit-status": ExitStatus,
    "exit-signal": ExitSignal,
}


@pytest.mark.parametrize("kind", [*CHANNEL_TYPES, "Session", "", "session "])
def test_channels_are_told_apart_by_their_type(kind: str) -> None:
    found = connection.view(bytes.fromhex(opening(kind)) + bytes(40))
    assert type(found)._spec is CHANNEL_TYPES.get(kind, OtherChannelOpen)


@pytest.mark.parametrize("want_reply", [0, 1, 255])
@pytest.mark.parametrize("kind", [*REQUESTS, "Shell", "", "shell\0"])
def test_requests_are_told_apart_by_their_type(kind: str, want_reply: int) -> None:
    """Some never want a reply: with one they are something else."""
    found = connection.view(bytes.fromhex(request(kind, want_reply)) + bytes(40))
    expected = REQUESTS.get(kind, OtherChannelRequest)
    if want_reply and expected in (WindowChange, XonXoff, Signal, ExitStatus, ExitSignal):
        expected = OtherChannelRequest
    assert type(found)._spec is expected


def test_every_number() -> None:
    known = {int(data[:2], 16) for packet, data in VECTORS if not isinstance(packet, OtherConnection)}
    for number in range(256):
        wire = bytes([number]) + bytes(40)
        if 80 <= number <= 127:
            assert isinstance(connection.parse(wire), OtherConnection) == (number not in known)
        else:
            with pytest.raises(Malformed, match=rf"\.number: {number}"):
                connection.parse(wire)


def test_a_match_is_exhaustive() -> None:
    def channel(data: bytes) -> int:
        found = connection.view(data)
        match found:
            case TcpipForward() | CancelTcpipForward() | OtherGlobalRequest() | RequestSuccess() | RequestFailure():
                return -1
            case SessionOpen() | X11Open() | ForwardedTcpip() | DirectTcpip() | OtherChannelOpen():
                return -2
            case ChannelOpenConfirmation() | ChannelOpenFailure() | WindowAdjust() | ChannelData():
                return found.recipient
            case ChannelExtendedData() | ChannelEof() | ChannelClose() | ChannelSuccess() | ChannelFailure():
                return found.recipient
            case PtyRequest() | X11Request() | Env() | Shell() | Exec() | Subsystem() | WindowChange() | XonXoff():
                return found.recipient
            case Signal() | ExitStatus() | ExitSignal() | OtherChannelRequest():
                return found.recipient
            case OtherConnection():
                return -3
            case never:
                assert_never(never)

    assert [channel(bytes.fromhex(data)) for _, data in VECTORS[-6:]] == [7, 7, 7, 1, 1, -3]


def test_data_is_not_copied() -> None:
    wire = bytearray(ChannelData(recipient=1, data=b"ls\n").build())
    data = ChannelData.view(wire).data
    assert isinstance(data, Window)
    wire[-1] = ord("!")
    assert bytes(data) == b"ls!"


def test_codes_without_a_name_stay_numbers() -> None:
    assert ChannelExtendedData.parse(bytes.fromhex("5f 00000001 00000001 00000000")).data_type is DataType.STDERR
    assert ChannelExtendedData.parse(bytes.fromhex("5f 00000001 00000002 00000000")).data_type == 2


# -- hostile messages


@pytest.mark.parametrize(
    ("data", "error", "fact"),
    [
        ("5e 00000001 ffffffff 00", Truncated, "ChannelData.data: 4294967295 bytes, 1 left"),
        ("5e 00000001", Truncated, "ChannelData: needs 9 bytes, 5 left"),
        (opening("x11") + text("a") + "00010000", Malformed, "X11Open.originator_port: 65536, not at most 65535"),
        ("50" + text("tcpip-forward") + "01" + text("") + "ffffffff", Malformed, "TcpipForward.port: 4294967295"),
        ("50 ffffffff", Truncated, "GlobalRequest"),
        ("62 00000007 00000001 ff 00", Malformed, "ChannelRequest.request: 0xff is not ascii"),
        (request("pty-req") + text("vt100") + "00" * 16 + "00000002 3500", Malformed, "PtyRequest.modes: mode 53"),
        (request("exit-signal") + text("INT") + "00" + "00000001 ff", Malformed, "ExitSignal.message: 0xff"),
    ],
)
def test_hostile_messages(data: str, error: type[PacketError], fact: str) -> None:
    with pytest.raises(PacketError, match=fact) as caught:
        connection.parse(bytes.fromhex(data))
    assert type(caught.value) is error


def test_ports_have_16_bits() -> None:
    with pytest.raises(OutOfRange, match=r"TcpipForward.port: 65536"):
        TcpipForward(address="", port=65536)

"""Messages of the DNS that broke other readers: Ripple20, AMNESIA:33, NAME:WRECK. Here each raises PacketError."""

from __future__ import annotations

import random

import pytest

from foxpy.layers.dns.wire import DNS, DnsFrame
from foxpy.wire import PacketError

NAME = b"\3www\7example\3com\0"
POINTER = b"\xc0\x0c"
"""To the first question."""


def message(*, counts: tuple[int, int, int, int], body: bytes) -> bytes:
    return b"\x12\x34\x81\x80" + b"".join(count.to_bytes(2, "big") for count in counts) + body


def record(owner: bytes, rtype: int, data: bytes, rdlength: int | None = None) -> bytes:
    size = len(data) if rdlength is None else rdlength
    return owner + rtype.to_bytes(2, "big") + b"\0\1\0\0\0\x3c" + size.to_bytes(2, "big") + data


QUESTION = NAME + b"\0\1\0\1"


def test_the_pattern_of_these_tests_is_a_good_message() -> None:
    answer = record(POINTER, 1, bytes(4))
    parsed = DNS.parse(message(counts=(1, 1, 0, 0), body=QUESTION + answer))
    assert len(parsed.answers) == 1


@pytest.mark.parametrize(
    "owner",
    [
        pytest.param(b"\xc0\x21", id="to itself"),  # CVE-2020-24335
        pytest.param(b"\xc0\x24", id="forward"),
        pytest.param(b"\xff\xff", id="beyond the end"),  # CVE-2020-27738
        pytest.param(b"\xc0", id="half a pointer"),
        pytest.param(b"\1a\xc0\x21", id="to its own beginning"),
        pytest.param(b"\x3f" + b"a" * 20, id="a label beyond the end"),  # CVE-2020-24339
        pytest.param(b"\x40" + b"a" * 64 + b"\0", id="a label of a kind that there is not"),
        pytest.param((b"\x3f" + b"a" * 63) * 4 + b"\0", id="257 bytes"),  # CVE-2020-11901
        pytest.param(b"\1a" * 128 + b"\0", id="128 labels"),
        pytest.param(b"\3www", id="no end"),  # CVE-2020-25767, -24383
    ],
)
def test_names_that_are_none(owner: bytes) -> None:
    with pytest.raises(PacketError):
        DNS.parse(message(counts=(1, 1, 0, 0), body=QUESTION + record(owner, 1, bytes(4))))


@pytest.mark.parametrize("counts", [(2, 0, 0, 0), (1, 1, 0, 0), (1, 0, 65_535, 0), (65_535,) * 4, (0, 1, 0, 0)])
def test_counts_that_claim_more_than_there_is(counts: tuple[int, int, int, int]) -> None:
    """CVE-2020-24334, CVE-2020-24336: as many records were read as were claimed, wherever the message ended."""
    with pytest.raises(PacketError):
        DNS.parse(message(counts=counts, body=QUESTION))


@pytest.mark.parametrize("rdlength", [0, 1, 3, 5, 255, 65_535])
def test_an_address_of_another_length(rdlength: int) -> None:
    """CVE-2020-17470, CVE-2020-25111: the length was believed."""
    for data in (bytes(4), bytes(min(rdlength, 300))):
        if rdlength == len(data) == 4:
            continue
        with pytest.raises(PacketError):
            DNS.parse(message(counts=(1, 1, 0, 0), body=QUESTION + record(POINTER, 1, data, rdlength)))


@pytest.mark.parametrize("rtype", [2, 5, 6, 12, 15, 16, 33, 35, 41, 43, 46, 47, 48, 50, 64, 65, 257])
@pytest.mark.parametrize(
    "data", [b"", b"\xc0", b"\xff", b"\x3f", b"\xff\xff\xff\xff", bytes(3), b"\xc0\x0c\xc0\x0c\xff"]
)
def test_data_of_every_type_that_is_too_short_or_says_that_it_is_longer(rtype: int, data: bytes) -> None:
    """It is read as what it is, where that can be, and never beyond its length."""
    body = QUESTION + record(POINTER, rtype, data) + bytes(64)
    try:
        parsed = DNS.parse(message(counts=(1, 1, 0, 0), body=body))
    except PacketError:
        return
    assert len(parsed.answers) == 1


def test_a_message_of_pointers_makes_no_more_than_it_has_room_for() -> None:
    """5,000 records in 64 KB, each of which names the same longest name: it is read once for each, and kept small."""
    longest = (b"\x3f" + b"a" * 63) * 3 + b"\x3d" + b"b" * 61 + b"\0"
    count = (65_535 - 12 - len(longest) - 4) // 12
    body = longest + b"\0\1\0\1" + record(POINTER, 10, b"") * count
    parsed = DNS.parse(message(counts=(1, count, 0, 0), body=body))
    assert len(parsed.answers) == count
    assert all(answer.owner == parsed.questions[0].qname for answer in parsed.answers[:10])


def test_a_frame_that_claims_another_length() -> None:
    whole = message(counts=(1, 0, 0, 0), body=QUESTION)
    for length in (0, 1, 11, len(whole) - 1, len(whole) + 1, 65_535):
        with pytest.raises(PacketError):
            DNS.parse(bytes(DnsFrame.parse(length.to_bytes(2, "big") + whole).message))


def test_messages_with_any_byte_changed() -> None:
    good = message(
        counts=(1, 3, 0, 1),
        body=QUESTION
        + record(POINTER, 5, b"\3ftp\xc0\x10")
        + record(POINTER, 16, b"\3abc\5hello")
        + record(POINTER, 15, b"\0\x0a\4mail\xc0\x10")
        + b"\0\0\x29\x10\0\0\0\0\0\0\4\0\3\0\0",
    )
    DNS.parse(good)
    generator = random.Random(5)
    refused = 0
    for at in range(len(good)):
        for value in {0, 1, 0x3F, 0x40, 0x7F, 0xC0, 0xFF, generator.randrange(256)}:
            changed = bytearray(good)
            changed[at] = value
            for data in (bytes(changed), bytes(changed[: generator.randrange(len(good))])):
                try:
                    DNS.parse(data)
                except PacketError:
                    refused += 1
    assert refused > len(good)

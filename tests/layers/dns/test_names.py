"""Domain names: their text, their comparison, and compression against RFC 1035, section 4.1.4."""

from __future__ import annotations

import pickle
from typing import SupportsIndex, cast, overload

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foxpy.layers.dns.names import Name, NameCodec, NamesCodec
from foxpy.wire import Buffer, Malformed, OutOfRange, Truncated

squeezed, plain = NameCodec(), NameCodec(squeeze=False)
labels = st.lists(st.binary(min_size=1, max_size=63), max_size=3)


def read(data: Buffer, pos: int = 0, end: int | None = None, origin: int = 0) -> tuple[Name, int]:
    return squeezed.read(data, pos, len(data) if end is None else end, origin)


# -- text


@given(labels)
def test_text_and_labels_say_the_same(given_labels: list[bytes]) -> None:
    name = Name.of(given_labels)
    assert name.labels == tuple(given_labels)
    assert Name(str(name)).labels == name.labels
    assert Name(f"{str(name).removesuffix('.')}.").labels == name.labels
    assert str(name).isascii()
    assert str(name).isprintable()


def test_text() -> None:
    assert Name("www.example.com").labels == (b"www", b"example", b"com")
    assert str(Name("www.example.com.")) == "www.example.com"
    assert repr(Name("a.b")) == "Name('a.b')"
    assert Name() == Name(".")
    assert Name().labels == ()
    assert str(Name()) == "."
    assert Name("a.b").wire == b"\1a\1b\0"


def test_escapes() -> None:
    """RFC 4343, section 2.1 and its examples in 2.2."""
    assert Name(r"Donald\032E\.\032Eastlake\0323rd.example").labels == (b"Donald E. Eastlake 3rd", b"example")
    assert str(Name.of([b"Donald E. Eastlake 3rd", b"example"])) == r"Donald\032E\.\032Eastlake\0323rd.example"
    assert Name(r"a\000\\\255z.example").labels[0] == b"a\0\\\xffz"
    assert str(Name.of([b"a\0\\\xffz"])) == r"a\000\\\255z"
    assert Name(r"\a\.").labels == (b"a.",)


@pytest.mark.parametrize("text", ["", "..", "a..b", ".a", "a..", "a\\", r"a\25", r"\256", r"\.\1x", "bücher.example"])
def test_text_that_is_no_name(text: str) -> None:
    with pytest.raises(OutOfRange):
        Name(text)


def test_limits() -> None:
    """RFC 1035, section 2.3.4."""
    longest = ".".join(["a" * 63] * 3 + ["b" * 61])
    assert len(Name(longest).wire) == 255
    assert len(Name.of([b"x"] * 127).labels) == 127
    with pytest.raises(OutOfRange, match=r"a name of 256 bytes \(1\.\.255\)"):
        Name(longest + "b")
    with pytest.raises(OutOfRange, match=r"a label of 64 bytes \(1\.\.63\)"):
        Name("a" * 64)
    with pytest.raises(OutOfRange, match=r"a label of 0 bytes"):
        Name.of([b""])


# -- comparison


def test_case_is_kept_and_not_compared() -> None:
    assert Name("Example.COM") == Name("eXAMPLE.com")
    assert hash(Name("Example.COM")) == hash(Name("eXAMPLE.com"))
    assert str(Name("Example.COM")) == "Example.COM"
    assert Name.of([b"\xc4"]) != Name.of([b"\xe4"])  # only ASCII has case (RFC 4343, section 2)
    assert Name.of([b"["]) != Name.of([b"{"])
    assert Name("ab") != Name("a.b")
    assert Name("a") != "a"


@given(st.binary(min_size=1, max_size=90))
def test_lengths_are_not_taken_for_letters(data: bytes) -> None:
    """A label of 65 bytes would begin with an A; there is none."""
    name = Name.of([data[at : at + 63] for at in range(0, len(data), 63)])
    assert len(name.wire.lower()) == len(name.wire)
    assert Name.of(label.upper() for label in name.labels) == name


def test_order() -> None:
    """The example of RFC 4034, section 6.1."""
    ordered = [
        "example",
        "a.example",
        "yljkjljk.a.example",
        "Z.a.example",
        "zABC.a.EXAMPLE",
        "z.example",
        r"\001.z.example",
        "*.z.example",
        r"\200.z.example",
    ]
    assert sorted(map(Name, reversed(ordered))) == list(map(Name, ordered))


def test_the_tree() -> None:
    assert Name("www.example.com").parent == Name("example.com")
    assert Name("com").parent.parent == Name()
    assert Name("www.Example.com").under(Name("example.COM"))
    assert Name("example.com").under(Name("example.com"))
    assert Name("example.com").under(Name())
    assert not Name("example.com").under(Name("www.example.com"))
    assert not Name("badexample.com").under(Name("example.com"))
    assert not Name.of([b"a\7example", b"com"]).under(Name("example.com"))


def test_a_name_never_changes() -> None:
    with pytest.raises(AttributeError):
        Name("a").labels = ()  # type: ignore[misc]  # the test is that it fails
    assert pickle.loads(pickle.dumps(Name("a.b"))) == Name("a.b")


# -- in messages


def message_of_the_rfc() -> bytes:
    """F.ISI.ARPA, FOO.F.ISI.ARPA, ARPA and the root at 20, 40, 64 and 92."""
    data = bytearray(93)
    data[20:32] = b"\1F\3ISI\4ARPA\0"
    data[40:46] = b"\3FOO\xc0\x14"
    data[64:66] = b"\xc0\x1a"
    return bytes(data)


def test_the_example_of_the_rfc() -> None:
    data = message_of_the_rfc()
    assert read(data, 20) == (Name("F.ISI.ARPA"), 32)
    assert read(data, 40) == (Name("FOO.F.ISI.ARPA"), 46)
    assert read(data, 64) == (Name("ARPA"), 66)
    assert read(data, 92) == (Name(), 93)
    assert read(b"front" + data, 45, origin=5) == (Name("FOO.F.ISI.ARPA"), 51)
    out, names = bytearray(20), dict[object, int]()
    for name, at in (("F.ISI.ARPA", 20), ("FOO.F.ISI.ARPA", 40), ("ARPA", 64), (".", 92)):
        out += bytes(at - len(out))
        squeezed.write(out, Name(name), names)
    assert bytes(out) == data


@given(st.lists(squeezed.strategy(), max_size=8), st.integers(0, 30), st.booleans())
def test_what_is_written_is_read_back(names: list[Name], before: int, squeeze: bool) -> None:
    codec = NameCodec(squeeze)
    out, known, places = bytearray(before), dict[object, int](), []
    for name in names:
        places.append(len(out))
        codec.write(out, name, known)
    data = b"front" + out
    for name, at in zip(names, places, strict=True):
        found, stop = read(data, 5 + at, origin=5)
        assert found.labels == name.labels  # in the same case
        assert stop == 5 + [*places, len(out)][places.index(at) + 1]
        assert squeeze or data[5 + at : stop] == name.wire
    assert len(out) <= before + sum(len(name.wire) for name in names)


def test_only_what_is_the_same_in_case_is_pointed_to() -> None:
    """ "Its original case should be preserved" (RFC 1035, section 2.3.3)."""
    out, names = bytearray(), dict[object, int]()
    for name in ("a.Example.com", "b.example.com", "c.Example.com"):
        squeezed.write(out, Name(name), names)
    assert bytes(out) == b"\1a\7Example\3com\0" + b"\1b\7example\xc0\x0a" + b"\1c\xc0\x02"


def test_what_lies_beyond_a_pointers_reach_is_written_whole() -> None:
    out, names = bytearray(0x3FFE), dict[object, int]()
    squeezed.write(out, Name("a.com"), names)  # the a at 0x3FFE can be pointed to, com at 0x4000 cannot
    squeezed.write(out, Name("b.com"), names)
    squeezed.write(out, Name("a.com"), names)
    assert out[0x3FFE:] == b"\1a\3com\0" + b"\1b\3com\0" + b"\xff\xfe"
    assert read(bytes(out), len(out) - 2) == (Name("a.com"), len(out))


def test_a_plain_name_is_read_even_if_it_is_compressed() -> None:
    data = message_of_the_rfc()
    assert plain.read(data, 40, 93, 0) == (Name("FOO.F.ISI.ARPA"), 46)
    out, names = bytearray(b"\3com\0"), dict[object, int]({b"\3com\0": 0})
    plain.write(out, Name("a.com"), names)
    assert out == b"\3com\0\1a\3com\0"
    assert names == {b"\3com\0": 0}


def test_what_a_field_takes() -> None:
    assert squeezed.check("a.b") == Name("a.b")
    assert squeezed.check(Name("a.b")) == Name("a.b")
    with pytest.raises(TypeError, match="needs a name, got b'a'"):
        squeezed.check(cast(str, b"a"))
    with pytest.raises(OutOfRange):
        squeezed.check("a..b")
    assert NameCodec() == squeezed != plain
    assert hash(NameCodec()) == hash(squeezed)
    assert repr(plain) == "NameCodec(squeeze=False)"


# -- hostile


@pytest.mark.parametrize(
    ("data", "pos", "fact"),
    [
        (b"\xc0\0", 0, "name pointer does not go strictly backwards"),  # to itself
        (b"\xc0\2\0", 0, "name pointer does not go strictly backwards"),  # forward
        (b"\1a\xc0\0", 0, "name pointer does not go strictly backwards"),  # to the name's own beginning
        (b"\1a\1b\xc0\2", 0, "name pointer does not go strictly backwards"),  # into the name
        (b"\xc0\2\xc0\0", 2, "name pointer does not go strictly backwards"),  # to one that points forward
        (b"\xc0\2\xc0\0", 0, "name pointer does not go strictly backwards"),
        (b"\1a\xc0\0", 2, "name pointer goes to what does not end before the name"),  # a, a, a, and so on
        (b"\5abc\xc0\0", 4, "name pointer goes to what does not end before the name"),
        (b"\x40a\0", 0, "a label begins with 0x40"),  # RFC 6891, section 5
        (b"\x80a\0", 0, "a label begins with 0x80"),
        (b"\x41a\0\xc0\0", 3, "a label begins with 0x41"),
    ],
)
def test_what_is_no_name(data: bytes, pos: int, fact: str) -> None:
    with pytest.raises(Malformed, match=fact):
        read(data, pos)


@pytest.mark.parametrize("data", [b"", b"\3", b"\3ab", b"\3abc", b"\xc0", b"\1a\xc0"])
def test_a_name_that_is_cut_off(data: bytes) -> None:
    with pytest.raises(Truncated, match=f"a name does not end in the {len(data)} bytes that are left"):
        read(b"\0" + data, 1)
    with pytest.raises(Truncated):
        read(b"\0" + data + b"\0\0\0\0", 1, 1 + len(data))


def test_errors_say_where() -> None:
    with pytest.raises(Malformed) as caught:
        read(b"\0\1a\xc0\1", 1)
    assert caught.value.offset == 3


def test_255_bytes_are_the_most() -> None:
    longest = Name.of([b"a" * 63] * 3 + [b"b" * 61]).wire
    assert read(longest)[0].wire == longest
    assert read(longest[64:] + b"\x3f" + b"c" * 63 + b"\xc0\0", len(longest) - 64)[0].wire[64:] == longest[64:]
    with pytest.raises(Malformed, match="more than 255 bytes"):
        read(longest[:-1] + b"\1c\0")
    with pytest.raises(Malformed, match="more than 255 bytes"):
        read(longest + b"\1c\xc0\0", len(longest))


class Counting(bytearray):
    """A buffer that counts how often it is looked at."""

    looks = 0

    @overload
    def __getitem__(self, at: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> bytearray: ...
    def __getitem__(self, at: SupportsIndex | slice) -> int | bytearray:
        self.looks += 1
        return super().__getitem__(at)


def test_pointers_to_pointers() -> None:
    """16 KB of pointers, each to the one before: a name that says nothing more with each."""
    data = Counting(b"\0\0")
    for at in range(0, 0x3FFE, 2):
        data += (0xC000 | at).to_bytes(2, "big")
    assert read(data, 2 * 126)[0] == Name()
    data.looks = 0
    for pos in range(2 * 127, len(data), 2):
        with pytest.raises(Malformed, match="more than 126 pointers"):
            read(data, pos)
    assert data.looks < len(data) // 2 * 400


def test_the_longest_name_with_the_most_pointers() -> None:
    data = bytearray(b"\1x\0")
    last = 0
    for _ in range(126):
        at = len(data)
        data += b"\1y" + (0xC000 | last).to_bytes(2, "big")
        last = at
    assert len(read(bytes(data), last)[0].labels) == 127
    with pytest.raises(Malformed):
        read(bytes(data) + b"\1z" + (0xC000 | last).to_bytes(2, "big"), len(data))


@given(st.lists(st.sampled_from([0, 1, 2, 3, 63, 64, 0xC0, 0xC1, 0xFF, 97]), max_size=60), st.integers(0, 20))
def test_any_bytes_are_read_or_refused(data: list[int], pos: int) -> None:
    try:
        name, stop = read(bytes(data), min(pos, len(data)))
    except (Truncated, Malformed):
        return
    assert pos < stop <= len(data)
    assert Name.of(name.labels).wire == name.wire


# -- lists of names


def test_names_with_pointers_of_their_own() -> None:
    """The first example of RFC 3397, section 2: pointers count from the beginning of the list."""
    area = b"\3eng\5apple\3com\0\x09marketing\xc0\4"
    found = (Name("eng.apple.com"), Name("marketing.apple.com"))
    assert NamesCodec().read(b"front" + area, 5, 5 + len(area), 0) == (found, 5 + len(area))
    out, names = bytearray(b"front"), dict[object, int]()
    NamesCodec().write(out, NamesCodec().check(["eng.apple.com", "marketing.apple.com"]), names)
    assert out[5:] == area
    assert not names
    assert NamesCodec().read(b"", 0, 0, 0) == ((), 0)
    with pytest.raises(TypeError, match="needs names"):
        NamesCodec().check("eng.apple.com")
    with pytest.raises(Malformed, match="strictly backwards"):
        NamesCodec().read(b"\0\0\0\xc0\0", 3, 5, 0)

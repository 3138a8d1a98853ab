"""The modes of a terminal, as a ``pty-req`` carries them (RFC 4254, section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

from foxpy.layers.ssh.codecs import STRING
from foxpy.wire import Buffer, Codec, FieldAs, Malformed, OutOfRange

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


class Opcode(IntEnum):
    """What a mode is of: special characters, flags of input, local flags, flags of output, line and speed."""

    VINTR = 1
    VQUIT = 2
    VERASE = 3
    VKILL = 4
    VEOF = 5
    VEOL = 6
    VEOL2 = 7
    VSTART = 8
    VSTOP = 9
    VSUSP = 10
    VDSUSP = 11
    VREPRINT = 12
    VWERASE = 13
    VLNEXT = 14
    VFLUSH = 15
    VSWTCH = 16
    VSTATUS = 17
    VDISCARD = 18
    IGNPAR = 30
    PARMRK = 31
    INPCK = 32
    ISTRIP = 33
    INLCR = 34
    IGNCR = 35
    ICRNL = 36
    IUCLC = 37
    IXON = 38
    IXANY = 39
    IXOFF = 40
    IMAXBEL = 41
    IUTF8 = 42  # RFC 8160
    ISIG = 50
    ICANON = 51
    XCASE = 52
    ECHO = 53
    ECHOE = 54
    ECHOK = 55
    ECHONL = 56
    NOFLSH = 57
    TOSTOP = 58
    IEXTEN = 59
    ECHOCTL = 60
    ECHOKE = 61
    PENDIN = 62
    OPOST = 70
    OLCUC = 71
    ONLCR = 72
    OCRNL = 73
    ONOCR = 74
    ONLRET = 75
    CS7 = 90
    CS8 = 91
    PARENB = 92
    PARODD = 93
    TTY_OP_ISPEED = 128  # bits per second
    TTY_OP_OSPEED = 129


class Mode(NamedTuple):
    """One mode. An opcode that has no name here is a plain number, 1 to 159."""

    opcode: Opcode | int
    argument: int  # 0 or 1, a character (255: none), or a speed

    def __str__(self) -> str:
        return f"{self.opcode.name if isinstance(self.opcode, Opcode) else self.opcode}={self.argument}"


END: Final = 0
UNDEFINED: Final = 160
"""Opcodes from here on have arguments of an unknown size."""


@dataclass(frozen=True)
class ModesCodec(Codec[tuple[Mode, ...]]):
    """Modes in a string of their own, up to TTY_OP_END, to an opcode that is not defined or to the string's end.

    The end is always written; that it may be missing on parse is what clients in use, which send no mode at all, need.
    What follows it is skipped.
    """

    @property
    def minimum(self) -> int:
        return STRING.minimum

    def read(self, buf: Buffer, pos: int, end: int, origin: int) -> tuple[tuple[Mode, ...], int]:
        data, after = STRING.read(buf, pos, end, origin)
        modes, at = list[Mode](), 0
        while at < len(data) and END < data[at] < UNDEFINED:
            if len(data) - at < 5:
                raise Malformed(f"mode {data[at]} has {len(data) - at - 1} bytes of argument, not 4")
            modes.append(Mode(_named(data[at]), int.from_bytes(data[at + 1 : at + 5], "big")))
            at += 5
        return tuple(modes), after

    def write(self, out: bytearray, value: tuple[Mode, ...], names: dict[object, int]) -> None:
        data = bytearray()
        for opcode, argument in value:
            if not END < opcode < UNDEFINED:
                raise OutOfRange(f"opcode {opcode} is not from {END + 1} to {UNDEFINED - 1}")
            if not 0 <= argument < 1 << 32:
                raise OutOfRange(f"mode {opcode}: {argument} does not fit in 32 bits")
            data.append(opcode)
            data += argument.to_bytes(4, "big")
        data.append(END)
        STRING.write(out, bytes(data), names)

    def check(self, value: Sequence[tuple[int, int]]) -> tuple[Mode, ...]:
        return super().check(tuple(Mode(_named(opcode), argument) for opcode, argument in value))

    def strategy(self) -> SearchStrategy[tuple[Mode, ...]]:
        from hypothesis import strategies as st

        mode = st.builds(Mode, st.integers(END + 1, UNDEFINED - 1).map(_named), st.integers(0, (1 << 32) - 1))
        return st.lists(mode, max_size=8).map(tuple)


NAMED: Final[dict[int, Opcode]] = {int(opcode): opcode for opcode in Opcode}


def _named(opcode: int) -> Opcode | int:
    return NAMED.get(opcode, opcode)


terminal_modes = Annotated[FieldAs[tuple[Mode, ...], Sequence[tuple[int, int]]], ModesCodec()]
"""Modes in any order, each as an opcode and its argument."""

"""An assembler for classic BPF, the language of socket filters (Linux, ``Documentation/networking/filter.rst``).

A program loads parts of the frame into an accumulator, compares, and returns how many bytes of the frame are wanted.
Jumps go forward only, to labels; a conditional jump spans at most 255 instructions, which ``assemble`` checks.
"""

from __future__ import annotations

import struct
from typing import Final

LD_WORD: Final = 0x20
LD_HALF: Final = 0x28
LD_BYTE: Final = 0x30
AND: Final = 0x54
TAX: Final = 0x07
JA: Final = 0x05
JEQ: Final = 0x15
JEQ_X: Final = 0x1D
RET: Final = 0x06

INSTRUCTION: Final = struct.Struct("=HBBI")  # sock_filter: code, jump if true, jump if false, operand
MOST: Final = 4096
"""BPF_MAXINSNS."""

ANCILLARY: Final = 0xFFFFF000
"""SKF_AD_OFF: offsets from here on load what the kernel knows of a frame beside its bytes."""
PACKET_TYPE: Final = ANCILLARY + 4
VLAN_TAG_PRESENT: Final = ANCILLARY + 48

WHOLE: Final = 0xFFFFFFFF
"""More bytes than any frame has."""


class Program:
    """Instructions in the order of the calls. Labels are set once, after the jumps to them."""

    def __init__(self) -> None:
        self._code: list[tuple[int, str | None, str | None, int | str]] = []
        self._labels: dict[str, int] = {}

    def label(self, name: str) -> None:
        """The next instruction is what jumps to ``name`` go to."""
        if name in self._labels:
            raise ValueError(f"label {name} is set twice")
        self._labels[name] = len(self._code)

    def load_word(self, offset: int) -> None:
        """Four bytes of the frame, in network order; where the frame is shorter, the program ends and refuses it."""
        self._add(LD_WORD, offset)

    def load_half(self, offset: int) -> None:
        self._add(LD_HALF, offset)

    def load_byte(self, offset: int) -> None:
        self._add(LD_BYTE, offset)

    def mask(self, bits: int) -> None:
        self._add(AND, bits)

    def copy(self) -> None:
        """Keep the accumulator in the index register."""
        self._add(TAX, 0)

    def jump(self, target: str) -> None:
        self._code.append((JA, None, None, target))

    def equal(self, value: int, then: str | None = None, otherwise: str | None = None) -> None:
        """Jump if the accumulator is ``value``, and if not; None goes on with the next instruction."""
        self._code.append((JEQ, then, otherwise, value))

    def equal_kept(self, then: str | None = None, otherwise: str | None = None) -> None:
        """The same with what ``copy`` kept in place of a value."""
        self._code.append((JEQ_X, then, otherwise, 0))

    def accept(self) -> None:
        self._add(RET, WHOLE)

    def refuse(self) -> None:
        self._add(RET, 0)

    def _add(self, code: int, operand: int) -> None:
        self._code.append((code, None, None, operand))

    def __len__(self) -> int:
        return len(self._code)

    def assemble(self) -> bytes:
        """The program as an array of ``sock_filter``. Raises ValueError where it is longer than the kernel takes, a
        label is missing, behind its jump, or out of reach."""
        if len(self._code) > MOST:
            raise ValueError(f"{len(self._code)} instructions, at most {MOST}")
        return b"".join(self._encode(at, *instruction) for at, instruction in enumerate(self._code))

    def _encode(self, at: int, code: int, then: str | None, otherwise: str | None, operand: int | str) -> bytes:
        if isinstance(operand, str):
            return INSTRUCTION.pack(code, 0, 0, self._distance(at, operand))
        reach = [0 if target is None else self._distance(at, target) for target in (then, otherwise)]
        if max(reach) > 255:
            raise ValueError(f"instruction {at} jumps over {max(reach)} others, at most 255")
        return INSTRUCTION.pack(code, *reach, operand)

    def _distance(self, at: int, target: str) -> int:
        if target not in self._labels:
            raise ValueError(f"there is no label {target}")
        distance = self._labels[target] - at - 1
        if distance < 0:
            raise ValueError(f"label {target} lies behind its jump")
        return distance

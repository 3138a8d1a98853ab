"""An assembler for eBPF, as much of it as XDP programs need, whose jumps go to labels.

RFC 9669 defines the instructions: 8 bytes each, an opcode, two registers, a 16-bit offset and a 32-bit immediate. What
counts bytes has to be in the order of this machine.
"""

from __future__ import annotations

import struct
from typing import Final

INSTRUCTION: Final = struct.Struct("=BBhi")

WORD: Final = 0x00
HALF: Final = 0x08
DOUBLE: Final = 0x18
"""How much a load or a store moves: 4, 2 or 8 bytes."""

R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, STACK = range(11)
"""The registers: R0 has the answer, R1 to R5 are arguments and are lost in a call, R6 to R9 are kept."""


class Assembler:
    """Collects instructions; ``assemble`` gives the program."""

    def __init__(self) -> None:
        self._code: list[tuple[int, int, int, int, int]] = []
        self._labels: dict[str, int] = {}
        self._jumps: dict[int, str] = {}

    # -- arithmetic

    def move(self, target: int, value: int) -> None:
        self._emit(0xB7, target, 0, 0, value)

    def copy(self, target: int, source: int) -> None:
        self._emit(0xBF, target, source, 0, 0)

    def add(self, target: int, value: int) -> None:
        self._emit(0x07, target, 0, 0, value)

    # -- memory

    def load(self, size: int, target: int, source: int, offset: int) -> None:
        """``target`` = what is at ``source`` + ``offset``; a shorter value is extended by zeros."""
        self._emit(0x61 | size, target, source, offset, 0)

    def store(self, size: int, target: int, offset: int, source: int) -> None:
        """What is at ``target`` + ``offset`` = ``source``."""
        self._emit(0x63 | size, target, source, offset, 0)

    def store_value(self, size: int, target: int, offset: int, value: int) -> None:
        self._emit(0x62 | size, target, 0, offset, value)

    def load_map(self, target: int, descriptor: int) -> None:
        """``target`` = the map of this file descriptor; takes two instructions."""
        self._emit(0x18, target, 1, 0, descriptor)
        self._emit(0, 0, 0, 0, 0)

    # -- flow

    def label(self, name: str) -> None:
        """``name`` is where the next instruction is. Raises ValueError where it is somewhere already."""
        if name in self._labels:
            raise ValueError(f"label {name!r} is at instruction {self._labels[name]} already")
        self._labels[name] = len(self._code)

    def jump(self, label: str) -> None:
        self._jump(0x05, 0, 0, 0, label)

    def jump_if_equal(self, register: int, value: int, label: str) -> None:
        """Where the lower 32 bits of ``register`` are ``value``, 0 to 2**32 - 1: a 64-bit comparison would extend the
        sign of the immediate, and an address from 128.0.0.0 on would never match."""
        signed = value - (1 << 32) if value >> 31 else value
        self._jump(0x16, register, 0, signed, label)

    def jump_if_greater(self, register: int, other: int, label: str) -> None:
        """Where ``register`` is above the register ``other``, both unsigned."""
        self._jump(0x2D, register, other, 0, label)

    def call(self, function: int) -> None:
        self._emit(0x85, 0, 0, 0, function)

    def exit(self) -> None:
        self._emit(0x95, 0, 0, 0, 0)

    # -- the program

    def assemble(self) -> bytes:
        """The program. Raises ValueError for a label that is nowhere, or too far from a jump to it."""
        code = list(self._code)
        for at, name in self._jumps.items():
            if name not in self._labels:
                raise ValueError(f"instruction {at} jumps to label {name!r}, which is nowhere")
            offset = self._labels[name] - at - 1
            if not -0x8000 <= offset <= 0x7FFF:
                raise ValueError(f"label {name!r} is {offset} instructions from {at}, a jump reaches 32767")
            opcode, target, source, _, value = code[at]
            code[at] = opcode, target, source, offset, value
        return b"".join(
            INSTRUCTION.pack(opcode, target | source << 4, offset, value)
            for opcode, target, source, offset, value in code
        )

    def _emit(self, opcode: int, target: int, source: int, offset: int, value: int) -> None:
        self._code.append((opcode, target, source, offset, value))

    def _jump(self, opcode: int, target: int, source: int, value: int, label: str) -> None:
        self._jumps[len(self._code)] = label
        self._emit(opcode, target, source, 0, value)

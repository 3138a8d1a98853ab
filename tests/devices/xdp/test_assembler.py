"""Instructions as RFC 9669 has them, and jumps that land where their labels are."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address

import pytest

from foxpy.devices.xdp import programs
from foxpy.devices.xdp.assembler import DOUBLE, HALF, R0, R1, R2, R3, R6, STACK, WORD, Assembler


def assembled(*said: tuple[str, tuple[object, ...]]) -> str:
    program = Assembler()
    for name, arguments in said:
        getattr(program, name)(*arguments)
    return program.assemble().hex(" ", 8)


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        # opcode, source and target, offset, immediate (RFC 9669, sections 3 and 4)
        ("move", (R0, 2), "b700000002000000"),
        ("move", (R0, -1), "b7000000ffffffff"),
        ("copy", (R6, R1), "bf16000000000000"),
        ("add", (R2, 42), "070200002a000000"),
        ("load", (WORD, R2, R1, 16), "6112100000000000"),
        ("load", (HALF, R3, R2, 12), "69230c0000000000"),
        ("load", (DOUBLE, R1, R0, 0), "7901000000000000"),
        ("store", (DOUBLE, R0, 0, R1), "7b10000000000000"),
        ("store_value", (WORD, STACK, -4, 0), "620afcff00000000"),
        ("load_map", (R1, 7), "1811000007000000 0000000000000000"),
        ("call", (51,), "8500000033000000"),
        ("exit", (), "9500000000000000"),
    ],
)
def test_instructions(name: str, arguments: tuple[object, ...], code: str) -> None:
    assert assembled((name, arguments)) == code


def test_jumps_count_instructions_from_the_next_one() -> None:
    program = Assembler()
    program.label("again")
    program.jump_if_equal(R1, 5, "end")  # at 0, to 4
    program.load_map(R2, 3)  # takes two
    program.jump("again")  # at 3, to 0
    program.label("end")
    program.jump_if_greater(R1, R2, "end")  # at 4, to itself
    words = [struct.unpack_from("=BBhi", program.assemble(), at) for at in range(0, 40, 8)]
    assert words[0] == (0x16, 1, 3, 5)
    assert words[3] == (0x05, 0, -4, 0)
    assert words[4] == (0x2D, 0x21, -1, 0)


def test_a_comparison_takes_all_32_bits() -> None:
    """The immediate is signed, and the comparison one of 32 bits: 192.0.2.1 must not be extended by its sign."""
    program = Assembler()
    program.jump_if_equal(R1, 0xC0000201, "here")
    program.label("here")
    opcode, _, _, immediate = struct.unpack("=BBhi", program.assemble())
    assert opcode & 0x07 == 0x06  # the class JMP32
    assert immediate & 0xFFFFFFFF == 0xC0000201


def test_what_cannot_be_assembled() -> None:
    program = Assembler()
    program.label("here")
    with pytest.raises(ValueError, match="label 'here' is at instruction 0 already"):
        program.label("here")
    program.jump("nowhere")
    with pytest.raises(ValueError, match="instruction 0 jumps to label 'nowhere', which is nowhere"):
        program.assemble()


def test_a_jump_that_is_too_far() -> None:
    program = Assembler()
    program.jump("end")
    for _ in range(32768):
        program.exit()
    program.label("end")
    with pytest.raises(ValueError, match="label 'end' is 32768 instructions from 0, a jump reaches 32767"):
        program.assemble()


def test_take_all() -> None:
    assert programs.take_all(9).hex(" ", 8).split() == [
        "bf16000000000000",  # r6 = context
        "6162100000000000",  # r2 = its queue
        "1811000009000000",  # r1 = the map of descriptor 9
        "0000000000000000",
        "b703000002000000",  # r3 = XDP_PASS
        "8500000033000000",  # bpf_redirect_map
        "9500000000000000",
    ]


def test_take_only_grows_by_one_instruction_for_each_address() -> None:
    sizes = [len(programs.take_only(9, [IPv4Address(number) for number in range(count)])) for count in (1, 2, 256)]
    assert [size - sizes[0] for size in sizes] == [0, 8, 255 * 8]

"""The assembler: encoding, labels, and what it refuses."""

from __future__ import annotations

import pytest

from foxpy.devices.packet.bpf import INSTRUCTION, MOST, WHOLE, Program
from tests.devices.packet.machine import Seen, run


def test_encoding() -> None:
    program = Program()
    program.load_half(12)
    program.equal(0x0806, then="yes", otherwise="no")
    program.label("no")
    program.refuse()
    program.label("yes")
    program.accept()
    # what tcpdump -dd prints for "arp", but for the length wanted
    assert list(INSTRUCTION.iter_unpack(program.assemble())) == [
        (0x28, 0, 0, 0x0000000C),
        (0x15, 1, 0, 0x00000806),
        (0x06, 0, 0, 0x00000000),
        (0x06, 0, 0, WHOLE),
    ]


def test_a_jump_reaches_far_and_a_condition_does_not() -> None:
    def far(between: int, conditional: bool) -> Program:
        program = Program()
        program.load_byte(0)
        if conditional:
            program.equal(7, then="end")
        else:
            program.jump("end")
        for _ in range(between):
            program.refuse()
        program.label("end")
        program.accept()
        return program

    assert run(far(1000, False).assemble(), Seen(b"\7")) == WHOLE
    assert run(far(255, True).assemble(), Seen(b"\7")) == WHOLE
    with pytest.raises(ValueError, match="instruction 1 jumps over 256 others, at most 255"):
        far(256, True).assemble()


def test_labels() -> None:
    program = Program()
    program.label("here")
    with pytest.raises(ValueError, match="label here is set twice"):
        program.label("here")
    program.jump("here")
    with pytest.raises(ValueError, match="label here lies behind its jump"):
        program.assemble()
    program = Program()
    program.equal(1, then="nowhere")
    with pytest.raises(ValueError, match="no label nowhere"):
        program.assemble()


def test_length() -> None:
    program = Program()
    for _ in range(MOST):
        program.accept()
    assert len(program.assemble()) == MOST * 8
    program.accept()
    with pytest.raises(ValueError, match="4097 instructions, at most 4096"):
        program.assemble()

"""A machine for classic BPF, after McCanne and Jacobson, 1993: what a kernel does with a filter.

Only what filters of ours may use; anything else fails the test.
"""

from __future__ import annotations

import attrs

from foxpy.devices.packet import bpf


@attrs.frozen
class Seen:
    """A frame as a kernel shows it to a filter: the bytes, and what it knows beside them."""

    frame: bytes
    kind: int = 0
    """PACKET_HOST by default; 4 is PACKET_OUTGOING."""
    tagged: bool = False


def run(program: bytes, seen: Seen) -> int:
    """How many bytes of the frame ``program`` wants."""
    code = list(bpf.INSTRUCTION.iter_unpack(program))
    accumulator = index = at = 0
    while True:
        operation, then, otherwise, operand = code[at]
        at += 1
        if operation in (bpf.LD_WORD, bpf.LD_HALF, bpf.LD_BYTE):
            if operand >= bpf.ANCILLARY:
                accumulator = {bpf.PACKET_TYPE: seen.kind, bpf.VLAN_TAG_PRESENT: int(seen.tagged)}[operand]
                continue
            size = {bpf.LD_WORD: 4, bpf.LD_HALF: 2, bpf.LD_BYTE: 1}[operation]
            if operand + size > len(seen.frame):
                return 0
            accumulator = int.from_bytes(seen.frame[operand : operand + size], "big")
        elif operation == bpf.AND:
            accumulator &= operand
        elif operation == bpf.TAX:
            index = accumulator
        elif operation == bpf.JA:
            at += operand
        elif operation == bpf.JEQ:
            at += then if accumulator == operand else otherwise
        elif operation == bpf.JEQ_X:
            at += then if accumulator == index else otherwise
        elif operation == bpf.RET:
            return int(operand)
        else:
            raise AssertionError(f"operation {operation:#x}")

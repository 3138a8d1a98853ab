"""A packet generator inside the kernel: ``python -m foxpy.bench.servers.flood INTERFACE FRAME``, until it is ended.

FRAME, in hexadecimal, leaves by INTERFACE as fast as the kernel can copy it: an XDP program that redirects is run on
live copies of it (Linux: Documentation/bpf/bpf_prog_run.rst).
"""

from __future__ import annotations

import socket
import sys
from typing import Final

from foxpy.devices.xdp import bpf, programs

COUNT: Final = 1 << 24
"""Frames of one call, which costs some 20 ms by itself."""


def main(interface: str, frame: str) -> None:
    index = socket.if_nametoindex(interface)
    program = bpf.load(programs.send_out(index))
    while True:
        bpf.run_live(program, bytes.fromhex(frame), index, COUNT)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""bpf(2): maps, programs, links and test runs. Every call raises OSError with the kernel's number.

Descriptors that are given belong to the caller, who closes them. A program that is attached by a link is detached when
the last descriptor of the link is closed, however the process ends.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
from collections.abc import Sequence
from typing import Final

from foxpy.devices.xdp import abi
from foxpy.devices.xdp.fence import MACHINE

LOG: Final = 1 << 16
"""Bytes for the verifier's reasons."""


@functools.cache
def _library() -> ctypes.CDLL:
    """The C library, for what the standard library has no function for: bpf(2), and bind(2) to AF_XDP."""
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def _checked(answer: int, what: str) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return answer


def _bpf(command: int, request: ctypes.Array[ctypes.c_char], what: str) -> int:
    if MACHINE not in abi.SYSCALL:
        raise OSError(errno.ENOSYS, f"the number of bpf(2) on {MACHINE} is not known", what)
    answer = _library().syscall(
        ctypes.c_long(abi.SYSCALL[MACHINE]), ctypes.c_long(command), request, ctypes.c_uint(ctypes.sizeof(request))
    )
    return _checked(int(answer), what)


def _buffer(content: bytes) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(content, len(content))


def bind(descriptor: int, address: bytes) -> None:
    """Bind the socket to an address that ``socket.bind`` cannot write."""
    _checked(int(_library().bind(descriptor, _buffer(address), len(address))), "bind")


# -- maps


def create_map(kind: int, key: int, value: int, entries: int) -> int:
    """A descriptor of a new map with keys and values of these sizes, in bytes."""
    request = abi.MAP.pack(kind, key, value, entries, 0, 0, 0, b"foxpy")
    return _bpf(abi.MAP_CREATE, _buffer(request), "BPF_MAP_CREATE")


def update(descriptor: int, key: bytes, value: bytes) -> None:
    """Enter ``value`` at ``key``."""
    at, what = _buffer(key), _buffer(value)
    request = abi.ELEMENT.pack(descriptor, ctypes.addressof(at), ctypes.addressof(what), 0)
    _bpf(abi.MAP_UPDATE, _buffer(request), "BPF_MAP_UPDATE_ELEM")


def lookup(descriptor: int, key: bytes, size: int) -> bytes:
    """The ``size`` bytes at ``key``: of a map with a value for each processor, the values of all."""
    at, what = _buffer(key), ctypes.create_string_buffer(size)
    request = abi.ELEMENT.pack(descriptor, ctypes.addressof(at), ctypes.addressof(what), 0)
    _bpf(abi.MAP_LOOKUP, _buffer(request), "BPF_MAP_LOOKUP_ELEM")
    return what.raw


# -- programs


def load(code: bytes, flags: int = 0) -> int:
    """A descriptor of the XDP program. Where the verifier refuses it, its reasons are a note of the error."""
    licence, instructions, log = _buffer(b"GPL\0"), _buffer(code), ctypes.create_string_buffer(LOG)
    request = abi.PROGRAM.pack(
        abi.PROGRAM_XDP,
        len(code) // 8,
        ctypes.addressof(instructions),
        ctypes.addressof(licence),
        1,
        LOG,
        ctypes.addressof(log),
        0,
        flags,
        b"foxpy_xdp",
        0,
        abi.ATTACH_XDP,
    )
    try:
        return _bpf(abi.PROGRAM_LOAD, _buffer(request), "BPF_PROG_LOAD")
    except OSError as error:
        if log.value:
            error.add_note(log.value.decode(errors="replace"))
        raise


def attach(program: int, interface: int, flags: int) -> int:
    """A descriptor of the link that holds ``program`` on the interface of this index."""
    request = abi.LINK.pack(program, interface, abi.ATTACH_XDP, flags)
    return _bpf(abi.LINK_CREATE, _buffer(request), "BPF_LINK_CREATE")


def answer_to(program: int, frame: bytes) -> int:
    """What ``program`` answers to ``frame``, which goes nowhere (BPF_PROG_TEST_RUN)."""
    request = _run(program, frame, (), 1, 0, 0)
    return int(abi.TEST_RUN.unpack(request.raw)[1])


def run_live(program: int, frame: bytes, interface: int, count: int, batch: int = 64) -> None:
    """Run ``program`` on ``count`` copies of ``frame``, as if they had come by the interface of this index, and do what
    it answers: with a program that sends frames out, a packet generator inside the kernel. Blocks until all are done.
    """
    _run(program, frame, (0, len(frame), 0, interface, 0, 0), count, abi.LIVE_FRAMES, batch)


def _run(
    program: int, frame: bytes, context: Sequence[int], count: int, flags: int, batch: int
) -> ctypes.Array[ctypes.c_char]:
    data, about = _buffer(frame), _buffer(abi.CONTEXT.pack(*context) if context else b"")
    request = _buffer(
        abi.TEST_RUN.pack(
            program,
            0,
            len(frame),
            0,
            ctypes.addressof(data),
            0,
            count,
            0,
            len(about),
            0,
            ctypes.addressof(about) if context else 0,
            0,
            flags,
            0,
            batch,
        )
    )
    _bpf(abi.PROGRAM_TEST_RUN, request, "BPF_PROG_TEST_RUN")
    return request

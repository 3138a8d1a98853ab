"""The layouts have the sizes of linux/if_xdp.h and linux/bpf.h."""

from __future__ import annotations

import struct

import pytest

from foxpy.devices.xdp import abi


@pytest.mark.parametrize(
    ("layout", "size"),
    [
        (abi.UMEM, 32),  # struct xdp_umem_reg
        (abi.OFFSETS, 128),  # struct xdp_mmap_offsets
        (abi.ADDRESS, 16),  # struct sockaddr_xdp
        (abi.COUNTS, 48),  # struct xdp_statistics
        (abi.CHECKSUM_TASK, 24),  # struct xsk_tx_metadata
        (abi.ELEMENT, 32),  # union bpf_attr, BPF_MAP_*_ELEM
        (abi.MAP, 44),  # BPF_MAP_CREATE up to map_name
        (abi.PROGRAM, 72),  # BPF_PROG_LOAD up to expected_attach_type
        (abi.LINK, 48),  # BPF_LINK_CREATE
        (abi.TEST_RUN, 80),  # BPF_PROG_TEST_RUN
        (abi.CONTEXT, 24),  # struct xdp_md
    ],
)
def test_sizes(layout: struct.Struct, size: int) -> None:
    assert layout.size == size


def test_metadata_fits_before_a_frame() -> None:
    assert abi.CHECKSUM_TASK.size % 8 == 0  # the kernel takes multiples of 8
    assert abi.CHECKSUM_TASK.size <= abi.HEADROOM
    assert abi.CHECKSUM_TASK.pack(abi.CHECKSUM_WANTED, 34, 6)[:12].hex() == "020000000000000022000600"

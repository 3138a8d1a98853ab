"""Checksum: what is damaged is dropped."""

from foxpy.layers.checksum.layer import Check, Checksum, ChecksumInfo, checksum

__all__ = ["Check", "Checksum", "ChecksumInfo", "checksum"]

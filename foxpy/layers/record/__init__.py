"""Record: a capture of all packets."""

from foxpy.layers.record.layer import Record, RecordInfo, record

__all__ = ["Record", "RecordInfo", "record"]

"""IGMP."""

from __future__ import annotations

from typing import assert_never

from foxpy.decode.line import Here
from foxpy.decode.protocol import protocol
from foxpy.layers.igmp.wire import Leave, OtherIgmp, Query, QueryV3, Report, ReportV3, Type
from foxpy.layers.igmp.wire import igmp as classifier


def _words(message: QueryV3 | Query | Report | Leave | ReportV3 | OtherIgmp, here: Here) -> str:
    match message:
        case QueryV3(group=group, sources=sources):
            return f"igmp query v3 {group}{_sources(len(sources))}, length {here.size}"
        case Query(group=group, delay=delay):
            return f"igmp query v{2 if delay else 1} {group}, length {here.size}"
        case Report(type=kind, group=group):
            return f"igmp v{1 if kind == Type.REPORT_V1 else 2} report {group}, length {here.size}"
        case Leave(group=group):
            return f"igmp leave {group}, length {here.size}"
        case ReportV3(records=records):
            return f"igmp v3 report, {len(records)} group record(s), length {here.size}"
        case OtherIgmp(type=kind):
            return f"igmp type {int(kind):#04x}, length {here.size}"
        case never:
            assert_never(never)


def _sources(number: int) -> str:
    return f", {number} source(s)" if number else ""


igmp = protocol("igmp", classifier, words=_words)

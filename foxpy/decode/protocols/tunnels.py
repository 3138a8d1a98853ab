"""GRE and VXLAN."""

from __future__ import annotations

from foxpy.decode.line import Here
from foxpy.decode.protocol import Inside, Table, protocol
from foxpy.layers.gre.wire import Gre, GreChecked, OtherGre
from foxpy.layers.gre.wire import gre as headers
from foxpy.layers.vxlan.wire import VXLAN


def _in_gre(header: Gre | GreChecked | OtherGre) -> Inside | None:
    return None if isinstance(header, OtherGre) else Inside(Table.ETHERTYPE, (header.kind,), header.body)


def _gre_words(header: Gre | GreChecked | OtherGre, here: Here) -> str:
    if isinstance(header, OtherGre):
        return f"GREv{header.version}, length {here.size}"
    key = "" if header.key is None else f", key={header.key:#x}"
    sequence = "" if header.sequence is None else f", seq {header.sequence}"
    inner = here.inner() if here.next is not None else f"ethertype {header.kind:#06x}"
    return f"GREv0{here.summed()}{key}{sequence}, length {here.size}: {inner}"


gre = protocol("gre", headers, inside=_in_gre, words=_gre_words)
vxlan = protocol(
    "vxlan",
    VXLAN,
    inside=lambda header: Inside.named("ethernet", header.body),
    words=lambda header, here: f"VXLAN, vni {header.vni}: {here.inner() or 'length 0'}",
)

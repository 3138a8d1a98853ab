"""Between a link that leaves packets unfinished and layers that know nothing of it."""

from __future__ import annotations

from foxpy.runtime import Runtime
from foxpy.status import Report, Status
from foxpy.transfer import Receiver


class Completing(Receiver):
    """Stands below what is interposed, which sees packets as they are on a wire: none that a link left unfinished."""

    __slots__ = ("_above", "_arriving")

    def __init__(self, above: Receiver, runtime: Runtime) -> None:
        self._above = above
        self._arriving = runtime.arriving

    def deliver(self, frame: bytes, start: int, end: int) -> None:
        arriving = self._arriving
        if arriving.frame is not frame or arriving.start < start:  # above its header, nothing is unfinished
            self._above.deliver(frame, start, end)
            return
        from foxpy.devices.segmentation import completed  # here, as it is about headers of layers above this module

        arriving.frame = None
        for each in completed(frame, arriving.start, arriving.segment):
            self._above.deliver(each, start, end if each is frame else len(each))

    def credible(self, report: Report) -> bool:
        return self._above.credible(report)

    def status(self, event: Status) -> None:
        self._above.status(event)

"""A bulk transfer: as much as the path takes, of a given size or until it is stopped."""

from __future__ import annotations

from foxpy.testing.lab.flows.end import ENDLESS, End
from foxpy.testing.lab.flows.flow import Flow, Plan


class Bulk(Flow):
    """Finished when the sink has all of it and knows that it has."""

    def __init__(
        self,
        plan: Plan,
        size: int | None,
    ) -> None:
        if size is not None and size < 0:
            raise ValueError(f"flow {plan.name}: a size of {size} bytes")
        super().__init__(plan)
        self.size = size
        """None: until ``stop``."""

    def open(self, opener: End) -> None:
        if self.size is None:
            opener.send(ENDLESS)
        else:
            opener.send(self.size)
            opener.close()

    def arrived(self, end: End) -> None:
        if self.size is not None and end.received != self.size:
            raise AssertionError(f"{self}: {end.received} of {self.size} bytes arrived, and a good end")

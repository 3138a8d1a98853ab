"""What is initialized and finalized together with a stack."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foxpy.runtime import Runtime


class Component(ABC):
    """Something that holds resources on a Runtime and is counted in and out: every protocol, every carrier."""

    runtime: Runtime

    @abstractmethod
    def initialize(self) -> int:
        """Take the resources on the first call; the number of calls not yet undone. Raises InitializationFailed."""

    @abstractmethod
    def finalize(self) -> int:
        """Undo one ``initialize``, releasing the resources on the last; the number left. Raises NotInitialized."""

"""What a stack file's ``build`` returns: the layers of one host, each under its name and with its type."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import attrs

from foxpy.driver import running
from foxpy.runtime import Component, Runtime


@attrs.frozen
class Stack:
    """Base of all stacks: a frozen attrs class whose fields are layers, the lowest first.

    Programs use the fields, which have their exact types. ``foxpy run`` finds in them what it can serve on.
    """

    def components(self) -> tuple[Component, ...]:
        """The fields that are layers, in the order of their definition."""
        values = [getattr(self, field.name) for field in attrs.fields(type(self))]
        return tuple(value for value in values if isinstance(value, Component))

    @property
    def runtime(self) -> Runtime:
        """What the layers share; of a stack over several devices, the first one's."""
        return self.components()[0].runtime

    def running(self) -> AbstractAsyncContextManager[None]:
        """Run the stack while the block runs; see ``foxpy.driver.running``."""
        return running(*self.components())

"""foxpy: network stacks composed from typed protocol layers.

A stack is an expression of factory functions; see ``stacks/`` for short, complete ones and ``foxpy.protocol``
for the signature that every layer implements.
"""

from typing import Final

__version__: Final = "0.1.0"

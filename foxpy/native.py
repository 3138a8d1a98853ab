"""Whether foxpy is compiled here.

The modules that handle every packet are compiled by mypyc where a wheel is built with a C compiler at hand (setup.py),
from the same sources that run everywhere. Layers of a user's own stay interpreted, and subclass the compiled bases.
"""

from __future__ import annotations

from typing import Final

COMPILED: Final = not __file__.endswith(".py")
"""Whether the data path runs compiled. Nothing may depend on it but a choice between two ways to the same result."""

MODE: Final = "compiled" if COMPILED else "interpreted"
"""The same as a word, for people."""

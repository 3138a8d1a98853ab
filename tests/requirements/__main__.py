"""Writes docs/requirements.md: ``python -m tests.requirements``."""

from __future__ import annotations

from tests.requirements.page import write

write()

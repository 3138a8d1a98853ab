"""What all tests share: hypothesis is seeded and has no deadline, so that a slow machine never fails a test."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("foxpy", deadline=None, derandomize=True, max_examples=100, print_blob=True)
settings.load_profile("foxpy")

"""Compositions: one short file for each, bottom to top. README.md shows them all."""

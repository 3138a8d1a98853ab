"""The protocol of the README: ``mark(layer, flow=7)`` puts it under whatever ``layer`` carries."""

from docs.examples.mark.layer import Mark, MarkInfo, mark

__all__ = ["Mark", "MarkInfo", "mark"]

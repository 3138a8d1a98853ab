"""Acknowledge: what is lost is sent again."""

from foxpy.layers.acknowledge.layer import Acknowledge, AcknowledgeInfo, acknowledge

__all__ = ["Acknowledge", "AcknowledgeInfo", "acknowledge"]

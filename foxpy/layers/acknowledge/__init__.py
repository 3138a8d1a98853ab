"""Acknowledge: what is lost is sent again."""

from foxpy.layers.acknowledge.config import AcknowledgeConfig, AcknowledgeInfo
from foxpy.layers.acknowledge.layer import Acknowledge, acknowledge

__all__ = ["Acknowledge", "AcknowledgeConfig", "AcknowledgeInfo", "acknowledge"]

"""Queue disciplines: which frames may wait for a link, and which are dropped or marked."""

from foxpy.testing.lab.queues.base import Discipline, Queue, QueueInfo
from foxpy.testing.lab.queues.codel import CoDel
from foxpy.testing.lab.queues.droptail import DropTail
from foxpy.testing.lab.queues.red import Red

__all__ = ["CoDel", "Discipline", "DropTail", "Queue", "QueueInfo", "Red"]

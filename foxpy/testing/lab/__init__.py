"""A laboratory in virtual time: hosts, links with faults and queues, routers, flows, and what is measured of them.

See ``docs/lab.md``.
"""

from foxpy.testing.lab.assertions import assert_fair, assert_goodput, assert_nothing_left, assert_queue, jain
from foxpy.testing.lab.channel import Channel, ChannelInfo, Occupancy
from foxpy.testing.lab.dumbbell import Dumbbell, dumbbell
from foxpy.testing.lab.flows import Bulk, Flow, OnOff, Plan, Requests, Sample
from foxpy.testing.lab.host import Host, HostConfig, HostStack
from foxpy.testing.lab.lab import Lab
from foxpy.testing.lab.link import Link
from foxpy.testing.lab.loss import Burst, Frames, Losing, Loss, Segments, Uniform, When
from foxpy.testing.lab.queues import CoDel, Discipline, DropTail, Queue, QueueInfo, Red
from foxpy.testing.lab.series import Series
from foxpy.testing.lab.way import Way

__all__ = [
    "Bulk",
    "Burst",
    "Channel",
    "ChannelInfo",
    "CoDel",
    "Discipline",
    "DropTail",
    "Dumbbell",
    "Flow",
    "Frames",
    "Host",
    "HostConfig",
    "HostStack",
    "Lab",
    "Link",
    "Losing",
    "Loss",
    "Occupancy",
    "OnOff",
    "Plan",
    "Queue",
    "QueueInfo",
    "Red",
    "Requests",
    "Sample",
    "Segments",
    "Series",
    "Uniform",
    "Way",
    "When",
    "assert_fair",
    "assert_goodput",
    "assert_nothing_left",
    "assert_queue",
    "dumbbell",
    "jain",
]

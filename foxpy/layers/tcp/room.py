"""How much the application may have sent that is not acknowledged: SND.BUFF, which follows the congestion window."""

from __future__ import annotations

from foxpy.layers.tcp.actions import Room
from foxpy.layers.tcp.tcb import Tcb


def make_room(tcb: Tcb) -> None:
    """Something was acknowledged, and the application had found the buffer full: tell it of room once half is free.

    Twice the congestion window is what keeps the path full: one window is in flight, and the next one is there when its
    acknowledgements come. More would only wait here.
    """
    snd = tcb.snd
    wanted = 2 * tcb.congestion.window
    if wanted > snd.capacity:
        snd.capacity = max(snd.capacity, min(wanted, tcb.config.send_buffer))
    pending = snd.pending()
    if 2 * pending <= snd.capacity:
        snd.starved = False
        tcb.todo.append(Room(snd.capacity - pending))

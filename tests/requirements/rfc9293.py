"""RFC 9293, appendix B: TCP. Each number has one row, also where the appendix has several lines for it."""

from __future__ import annotations

from typing import Final

from tests.requirements.items import Document, Part, may, must, must_not, should, should_not

_ROUTES: Final = "`accept_source_routes`. Those of peers serve attackers above all (RFC 7126)."
_APPLICATIONS: Final = "It is said to applications."

RFC9293: Final = Document(
    "RFC 9293: TCP",
    "Appendix B. REC-1 is a recommendation that the appendix counts as a SHOULD.",
    (
        Part(
            "PUSH flag",
            (
                may("MAY-16", "3.9.1.2", "Gather data that is not pushed into larger segments."),
                should("SHLD-27", "3.9.1.2", "Collapse successive pushes, to send the largest segment possible."),
                may("MAY-15", "3.9.1.2", "Let the application say what is to be pushed.").but(
                    "All that is sent is pushed."
                ),
                must_not("MUST-60", "3.9.1.2", "Without a push in the send call: hold data back for ever."),
                must("MUST-61", "3.9.1.2", "Without one: set PSH in the last segment that there is data for."),
                may("MAY-17", "3.9.1.3", "Tell the receiving application of PSH.").but(
                    "Data is delivered as it comes, pushed or not."
                ),
                should("SHLD-28", "3.9.1.2", "Send segments of the largest size where possible."),
            ),
        ),
        Part(
            "Window",
            (
                must("MUST-1", "3.1", "Take the window field as an unsigned number."),
                should("REC-1", "3.1", "Keep windows as 32-bit numbers."),
                should_not("SHLD-14", "3.8.6", "Shrink the window from the right."),
                should_not("SHLD-15", "3.8.6", "Send new data where the peer shrinks the window."),
                should("SHLD-16", "3.8.6", "Where it does, send old data again that lies in the window."),
                should_not("SHLD-17", "3.8.6", "Give up a connection for data beyond the right edge."),
                must("MUST-34", "3.8.6", "Survive a window that shrinks."),
                may("MAY-8", "3.8.6.1", "Keep the own window closed for as long as one likes."),
                must("MUST-35", "3.8.6", "Probe a window that shrank to zero like any other."),
                must("MUST-36", "3.8.6.1", "Probe zero windows."),
                should("SHLD-29", "3.8.6.1", "Probe first when it has been zero for a retransmission time-out."),
                should("SHLD-30", "3.8.6.1", "Let the intervals between probes grow exponentially."),
                must("MUST-37", "3.8.6.1", "Keep a connection whose peer answers the probes."),
                may("MAY-7", "3.8.6", "Send old data again that lies beyond the right edge."),
                must("MUST-66", "3.4", "Process RST and URG though the window is zero."),
            ),
        ),
        Part(
            "Urgent data",
            (
                must("MUST-30", "3.8.5", "Support urgent data."),
                must("MUST-62", "3.8.5", "Let the urgent pointer point to the octet after the urgent data."),
                must("MUST-31", "3.8.5", "Support urgent data of any length."),
                must("MUST-32", "3.8.5", "Tell the application at once when the urgent pointer comes or advances."),
                must(
                    "MUST-33",
                    "3.8.5",
                    "Let it learn whether, or how much, urgent data is still to be read.",
                ),
                should_not("SHLD-13", "3.8.5", "Use urgent data in new applications.").void(
                    f"{_APPLICATIONS} None of foxpy's does, and `send_urgent` repeats it."
                ),
            ),
        ),
        Part(
            "TCP options",
            (
                must("MUST-4", "3.1", "Support end of list, no operation and maximum segment size."),
                must("MUST-5", "3.1", "Take an option in any segment."),
                must("MUST-6", "3.1", "Ignore options that are not known."),
                must("MUST-68", "3.1", "Give every option a length, but for end of list and no operation."),
                must("MUST-7", "3.1", "Handle an option of an illegal length without harm."),
                must("MUST-64", "3.2", "Take options that do not begin at a word."),
                must("MUST-14", "3.7.1", "Send the maximum segment size, and heed the peer's."),
                should("SHLD-5", "3.7.1", "Send it where it is not 536 (1220 over IPv6)."),
                may("MAY-3", "3.7.1", "Send it always."),
                must(
                    "MUST-15",
                    "3.7.1",
                    "Take 536 for a peer's that sends none (1220 over IPv6: foxpy has none).",
                ),
                must("MUST-16", "3.7.1", "Send no segment larger than the peer and the path take, options counted."),
                should(
                    "SHLD-6",
                    "3.7.3",
                    "Where the MTU varies from packet to packet, announce by the least.",
                ).void("No link has such an MTU."),
                must_not("MUST-65", "3.7.1", "Send the maximum segment size on a segment without SYN."),
                must("MUST-67", "3.7.1", "Announce the largest datagram that can be received, less the fixed headers."),
                must("MUST-69", "3.1", "Pad the header with zeros."),
            ),
        ),
        Part(
            "Checksums",
            (
                must("MUST-2", "3.1", "Send checksums."),
                must("MUST-3", "3.1", "Check them."),
            ),
        ),
        Part(
            "Initial sequence numbers",
            (
                must("MUST-8", "3.4.1", "Take them from a clock."),
                should("SHLD-1", "3.4.1", "Add a pseudo-random function of the connection."),
                must_not("MUST-9", "3.4.1", "Let that function be computable from outside."),
            ),
        ),
        Part(
            "Opening connections",
            (
                must("MUST-10", "3.5", "Support opening from both sides at once."),
                must("MUST-11", "3.5", "Remember in SYN-RECEIVED whether the open was passive or active."),
                must_not("MUST-41", "3.9.1.1", "Let a passive open change anything for connections that there are."),
                must(
                    "MUST-42",
                    "3.9.1.1",
                    "Allow to listen on a port while a connection on it is being opened.",
                ),
                must("MUST-44", "3.9.1.1", "Ask IP for the local address of an active open that names none."),
                must("MUST-45", "3.9.1.1", "Use that address for all that the connection sends."),
                must_not("MUST-46", "3.9.1.1", "Open to a broadcast or multicast address."),
                must("MUST-57", "3.9.2.3", "Drop without an answer a SYN to a broadcast or multicast address."),
            ),
        ),
        Part(
            "Closing connections",
            (
                should("SHLD-2", "3.5.3", "Take a reset that contains data."),
                must("MUST-12", "3.6", "Tell the application that the peer aborted, not closed."),
                may("MAY-1", "3.6.1", "Close both ways at once, so that nothing can be read afterwards."),
                should("SHLD-3", "3.6.1", "Send a reset where data is lost by that."),
                must("MUST-13", "3.6.1", "Stay in TIME-WAIT for twice the maximum segment lifetime."),
                may("MAY-2", "3.6.1", "Let a new SYN end TIME-WAIT."),
                should("SHLD-4", "3.6.1", "Shorten it by timestamps (RFC 6191)."),
            ),
        ),
        Part(
            "Retransmission",
            (
                must("MUST-19", "3.8.2", "Back off exponentially, begin with slow start, avoid congestion."),
                may("MAY-4", "3.8.1", "Send again under the same IP identification.").but(
                    "What is sent again may be cut differently, and is another datagram (RFC 6864)."
                ),
                must("MUST-18", "3.8.1", "Measure no round trip of what was sent twice (Karn's algorithm)."),
            ),
        ),
        Part(
            "Acknowledgements",
            (
                must("MUST-58", "3.10.7.4", "Acknowledge several segments by one where possible."),
                should("SHLD-31", "3.10.7.4", "Keep segments that come out of order."),
                must("MUST-59", "3.10.7.4", "Take in all segments at hand before acknowledging any."),
                may("MAY-13", "3.10.7.4", "Acknowledge segments that come out of order."),
                should("SHLD-18", "3.8.6.3", "Delay acknowledgements."),
                must("MUST-40", "3.8.6.3", "Delay them by less than half a second."),
                should("SHLD-19", "3.8.6.3", "Acknowledge at least every second full segment."),
                must("MUST-39", "3.8.6.2.2", "Open the window in large steps only (receiver's silly windows)."),
            ),
        ),
        Part(
            "Sending",
            (
                must("MUST-49", "3.9.2", "Let the time to live be chosen."),
                must("MUST-38", "3.8.6.2.1", "Do not fill small windows (sender's silly windows)."),
                should("SHLD-7", "3.7.4", "Have Nagle's algorithm."),
                must("MUST-17", "3.7.4", "Let the application turn it off."),
            ),
        ),
        Part(
            "Connection failures",
            (
                must("MUST-20", "3.8.3", "Doubt the way after R1 retransmissions, and close after R2."),
                must("MUST-21", "3.8.3", "Let the application set R2."),
                should("SHLD-9", "3.8.3", "Tell the application when R1 is reached."),
                should("SHLD-10", "3.8.3", "R1 is at least 3 retransmissions."),
                should("SHLD-11", "3.8.3", "R2 is at least 100 seconds."),
                must("MUST-22", "3.8.3", "Treat SYNs so too."),
                must("MUST-23", "3.8.3", "R2 of SYNs is at least 3 minutes."),
            ),
        ),
        Part(
            "Keep-alive",
            (
                may("MAY-5", "3.8.4", "Have keep-alive probes."),
                must("MUST-24", "3.8.4", "Let the application turn them on or off for a connection."),
                must("MUST-25", "3.8.4", "Have them off by default."),
                must("MUST-26", "3.8.4", "Probe only where nothing is on its way, and nothing came for the interval."),
                must("MUST-27", "3.8.4", "Let the interval be chosen."),
                must("MUST-28", "3.8.4", "By default, wait no less than two hours."),
                must("MUST-29", "3.8.4", "Do not take one lost answer for the end of the connection."),
                should("SHLD-12", "3.8.4", "Probe without data."),
                may("MAY-6", "3.8.4", "Let an octet of garbage be put into probes.").but(
                    "It is for peers of before 1989."
                ),
            ),
        ),
        Part(
            "IP options",
            (
                must("MUST-50", "3.9.2", "Ignore IP options that TCP does not understand."),
                may("MAY-10", "3.9.2", "Support IP's timestamps.").but("TCP sees no IP options."),
                may("MAY-11", "3.9.2", "Support IP's record of the route.").but("TCP sees no IP options."),
                must("MUST-51", "3.9.2.1", "Let an active open have a source route."),
                must("MUST-52", "3.9.2.1", "Let that go before one in a datagram that came."),
                must("MUST-53", "3.9.2.1", "Answer by the reverse of the source route of a SYN.").by_choice(_ROUTES),
                should("SHLD-24", "3.9.2.1", "Let a later source route take the place of an earlier one.").by_choice(
                    _ROUTES
                ),
            ),
        ),
        Part(
            "ICMP",
            (
                must("MUST-54", "3.9.2.2", "Act on ICMP messages about a connection."),
                should("SHLD-25", "3.9.2.2", "Tell the application of unreachable destinations (codes 0, 1, 5)."),
                must_not("MUST-56", "3.9.2.2", "Abort for those, for Time Exceeded or for Parameter Problem."),
                should("SHLD-26", "3.9.2.2", "Abort for unreachable protocols and ports (codes 2, 3).").but(
                    "Only an open that is not complete is ended: a forged message would end what is established "
                    "(RFC 5927, section 5.2). The application is told."
                ),
                must("MUST-55", "3.9.2.2", "Drop Source Quench silently."),
            ),
        ),
        Part(
            "Addresses",
            (must("MUST-63", "3.9.2.3", "Ignore a SYN from an address that cannot be a host's."),),
        ),
        Part(
            "The application's interface",
            (
                must("MUST-47", "3.9.1.8", "Report soft errors to the application."),
                should("SHLD-20", "3.9.1.8", "Let it do without those reports."),
                must("MUST-48", "3.9.1.9", "Let it choose the differentiated services field."),
                should("SHLD-22", "3.9.1.9", "Pass that on to IP unchanged."),
                should("SHLD-21", "3.9.1.9", "Let it change the field of an open connection."),
                should_not("SHLD-23", "3.9.2", "Change the field in the course of a connection.").void(_APPLICATIONS),
                may("MAY-9", "3.9.1.9", "Pass the received field up to the application.").but(
                    "A stream has no packets that it would belong to."
                ),
                may("MAY-14", "3.9.1.7", "Have a FLUSH call.").but("What was given to be sent cannot be taken back."),
                must("MUST-43", "3.9.1.1", "Let an open name the local address."),
            ),
        ),
        Part(
            "Others",
            (
                may("MAY-12", "3.10.7.4", "Protect from blind data injection (RFC 5961, section 5)."),
                should("SHLD-8", "3.8.2", "Support explicit congestion notification (RFC 3168)."),
                may("MAY-18", "3.8.2", "Have other congestion control that conforms."),
            ),
        ),
    ),
)

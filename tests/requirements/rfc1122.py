"""RFC 1122, sections 2.5, 3.5 and 4.1.5: the link layer, IP and ICMP, UDP. The names of the rows are ours.

Rows that are the same requirement in two sections ("as spec-dest addr" of UDP and of IP) are both here, as in the RFC.
"""

from __future__ import annotations

from typing import Final

from tests.requirements.items import Document, Part, may, must, must_not, should, should_not

_APPLICATIONS: Final = "It is said to applications."
_ROUTERS_ROUTES: Final = "`forward` and `accept_source_routes`. Source routes serve attackers above all (RFC 7126)."
_NO_TRAILERS: Final = "There are no trailers."
_NO_MASKS: Final = "Address masks by ICMP were taken back (RFC 6918)."
_NO_TIMESTAMPS: Final = "Timestamps by ICMP are not answered."
_NO_TOS: Final = "Types of service were taken back (RFC 2474)."
_ROUTES: Final = "`accept_source_routes`. Those of peers serve attackers above all (RFC 7126)."

LINK: Final = (
    Part(
        "Link layer",
        (
            may("1122-2.3.1-trailers", "2.3.1", "Use trailers.").but(_NO_TRAILERS),
            must_not("1122-2.3.1-trailers-unasked", "2.3.1", "Send trailers without having agreed on it.").void(
                _NO_TRAILERS
            ),
            must("1122-2.3.2.1-flush", "2.3.2.1", "Flush entries of ARP that are out of date."),
            must("1122-2.3.2.1-floods", "2.3.2.1", "Prevent floods of requests."),
            should("1122-2.3.2.1-time-out", "2.3.2.1", "Let the time-out of entries be chosen."),
            should(
                "1122-2.3.2.2-save", "2.3.2.2", "Keep at least the latest packet for a host that is being asked for."
            ),
            must("1122-2.3.3-ethernet", "2.3.3", "Send and receive IP in Ethernet frames as in RFC 894."),
            should("1122-2.3.3-802-receive", "2.3.3", "Receive IP in 802.3 frames as in RFC 1042.").but(
                "Frames with a length go to who listens to LLC; IP does not."
            ),
            may("1122-2.3.3-802-send", "2.3.3", "Send IP in 802.3 frames.").but("Nobody asks for it."),
            must("1122-2.3.3-802-switch", "2.3.3", "Then have a switch, which is off.").void("It is not sent."),
            must_not("1122-2.3.3-k1", "2.3.3", "Send IP in 802.3 frames with the access point 6 (K1=6).").void(
                "It is not sent."
            ),
            must("1122-2.3.3-arp", "2.3.3", "Use ARP on Ethernet."),
            must("1122-2.4-broadcasts", "2.4", "Tell IP what came by a broadcast of the link."),
            must("1122-2.4-tos", "2.4", "Pass the type of service to the link.").void(_NO_TOS),
            must_not("1122-2.4-unreachable", "2.4", "Take a missing entry of ARP for an unreachable destination."),
        ),
    ),
)

IP: Final = (
    Part(
        "The whole",
        (
            must("1122-3.1-both", "3.1", "Have IP and ICMP."),
            must(
                "1122-3.1-remote-multihoming", "3.1", "Leave the choice among a peer's addresses to applications."
            ).void(_APPLICATIONS),
            may("1122-3.1-multihoming", "3.1", "Have several interfaces."),
            must(
                "1122-3.1-gateway",
                "3.1",
                "Forward as routers must (RFC 1812, sections 4 and 5), where it is forwarded.",
            ),
            must("1122-3.1-gateway-switch", "3.1", "Have a switch for forwarding."),
            must("1122-3.1-gateway-default", "3.1", "Have it off by default."),
            must_not("1122-3.1-gateway-auto", "3.1", "Turn it on because there are several interfaces."),
            should("1122-3.1-log", "3.1", "Be able to log datagrams that are discarded, with their contents.").but(
                "They are counted by reason; `trace` or a capture on the link shows contents."
            ),
            should("1122-3.1-count", "3.1", "Count them."),
        ),
    ),
    Part(
        "The header",
        (
            must("1122-3.2.1.1-version", "3.2.1.1", "Discard silently what is not of version 4."),
            must("1122-3.2.1.2-checksum", "3.2.1.2", "Check the checksum; discard silently what is damaged."),
            must("1122-3.2.1.3-subnets", "3.2.1.3", "Have subnets (RFC 950)."),
            must("1122-3.2.1.3-src", "3.2.1.3", "Send from addresses of this host alone."),
            must("1122-3.2.1.3-bad-dst", "3.2.1.3", "Discard silently what is for others."),
            must("1122-3.2.1.3-bad-src", "3.2.1.3", "Discard silently what cannot be from where it says."),
            must("1122-3.2.1.4-reassembly", "3.2.1.4", "Put fragments together."),
            may("1122-3.2.1.5-ident", "3.2.1.5", "Send the same datagram again under the same identification.").but(
                "Nothing needs it (RFC 6864)."
            ),
        ),
    ),
    Part(
        "Type of service, time to live",
        (
            must("1122-3.2.1.6-set", "3.2.1.6", "Let the transport layer set the type of service."),
            should("1122-3.2.1.6-pass", "3.2.1.6", "Pass up what is received."),
            should_not("1122-3.2.1.6-795", "3.2.1.6", "Map it to the link as in RFC 795.").void(
                "No link has use for it."
            ),
            must_not("1122-3.2.1.7-zero", "3.2.1.7", "Send a time to live of 0."),
            must_not("1122-3.2.1.7-discard", "3.2.1.7", "Discard what comes with less than 2."),
            must("1122-3.2.1.7-set", "3.2.1.7", "Let the transport layer set it."),
            must("1122-3.2.1.7-fixed", "3.2.1.7", "Let the usual value be chosen."),
        ),
    ),
    Part(
        "Options",
        (
            must("1122-3.2.1.8-send", "3.2.1.8", "Let the transport layer send options."),
            must("1122-3.2.1.8-pass", "3.2.1.8", "Pass received options up."),
            must("1122-3.2.1.8-unknown", "3.2.1.8", "Ignore unknown options silently."),
            may("1122-3.2.1.8a-security", "3.2.1.8 (a)", "Have the security option.").but("Nobody asks for it."),
            should_not("1122-3.2.1.8b-send", "3.2.1.8 (b)", "Send the stream identifier.").void(
                "No part of foxpy does; an application may send any options."
            ),
            must("1122-3.2.1.8b-ignore", "3.2.1.8 (b)", "Ignore the stream identifier silently."),
            may("1122-3.2.1.8d-record", "3.2.1.8 (d)", "Have the record of the route."),
            may("1122-3.2.1.8e-timestamp", "3.2.1.8 (e)", "Have the timestamp."),
            must("1122-3.2.1.8c-source-route", "3.2.1.8 (c)", "Begin source routes, and be the end of them.").by_choice(
                _ROUTES
            ),
            must(
                "1122-3.2.1.8c-completed", "3.2.1.8 (c)", "Pass up a source route that has come to its end."
            ).by_choice(_ROUTES),
            must("1122-3.2.1.8c-return", "3.2.1.8 (c)", "Build a correct route back.").by_choice(_ROUTES),
            must_not("1122-3.2.1.8c-several", "3.2.1.8 (c)", "Send several source routes in one header."),
        ),
    ),
)

ICMP: Final = (
    Part(
        "ICMP",
        (
            must("1122-3.2.2-unknown", "3.2.2", "Discard silently messages of unknown type."),
            may("1122-3.2.2-more", "3.2.2", "Quote more than 8 bytes of a datagram's data."),
            must("1122-3.2.2-same", "3.2.2", "Quote them as they were received."),
            must("1122-3.2.2-demux", "3.2.2", "Give an error to the protocol that it is about."),
            should("1122-3.2.2-tos", "3.2.2", "Send errors with a type of service of 0."),
            must_not("1122-3.2.2-about-errors", "3.2.2", "Send an error about an error."),
            must_not(
                "1122-3.2.2-about-groups", "3.2.2", "Send one about what was sent to a broadcast or multicast address."
            ),
            must_not(
                "1122-3.2.2-about-link-broadcasts", "3.2.2", "Send one about what came by a broadcast of the link."
            ),
            must_not("1122-3.2.2-about-fragments", "3.2.2", "Send one about a fragment that is not the first."),
            must_not("1122-3.2.2-to-nobody", "3.2.2", "Send one to an address that is not a single host's."),
            must("1122-3.3.8-errors", "3.3.8", "Send errors where that is not forbidden."),
        ),
    ),
    Part(
        "Errors",
        (
            should("1122-3.2.2.1-send", "3.2.2.1", "Tell of unreachable protocols and ports."),
            must("1122-3.2.2.1-pass", "3.2.2.1", "Pass Destination Unreachable up."),
            should("1122-3.2.2.1-act", "3.2.2.1", "Act on it above."),
            must("1122-3.2.2.1-hint", "3.2.2.1", "Take it for no more than a hint."),
            should_not("1122-3.2.2.2-send", "3.2.2.2", "Send Redirects."),
            must("1122-3.2.2.2-follow", "3.2.2.2", "Follow Redirects.").by_choice(
                "`accept_redirects`. Anybody on the link can forge them."
            ),
            must("1122-3.2.2.2-both", "3.2.2.2", "Take those for hosts and those for networks.").by_choice(
                "`accept_redirects`, as above."
            ),
            should("1122-3.2.2.2-illegal", "3.2.2.2", "Discard Redirects that cannot be right."),
            may("1122-3.2.2.3-send", "3.2.2.3", "Send Source Quench.").but("It was taken back (RFC 6633)."),
            must("1122-3.2.2.3-pass", "3.2.2.3", "Pass Source Quench up.").void("It is to be ignored now (RFC 6633)."),
            should("1122-3.2.2.3-act", "3.2.2.3", "Act on it above.").void("It is to be ignored now (RFC 6633)."),
            must("1122-3.2.2.4-pass", "3.2.2.4", "Pass Time Exceeded up."),
            should("1122-3.2.2.5-send", "3.2.2.5", "Send Parameter Problem."),
            must("1122-3.2.2.5-pass", "3.2.2.5", "Pass Parameter Problem up."),
            may("1122-3.2.2.5-report", "3.2.2.5", "Tell the user of it."),
        ),
    ),
    Part(
        "Echo, timestamps, address masks",
        (
            must("1122-3.2.2.6-server", "3.2.2.6", "Answer echo requests."),
            should("1122-3.2.2.6-client", "3.2.2.6", "Let users send them."),
            may("1122-3.2.2.6-broadcast", "3.2.2.6", "Discard those to broadcast addresses."),
            may("1122-3.2.2.6-multicast", "3.2.2.6", "Discard those to multicast addresses."),
            must("1122-3.2.2.6-src", "3.2.2.6", "Answer from the address that was asked."),
            must("1122-3.2.2.6-data", "3.2.2.6", "Send all data back."),
            must("1122-3.2.2.6-pass", "3.2.2.6", "Pass replies up."),
            should(
                "1122-3.2.2.6-record",
                "3.2.2.6",
                "Send the record of the route and timestamps back, with this host entered.",
            ),
            must("1122-3.2.2.6-source-route", "3.2.2.6", "Send a source route back in reverse.").by_choice(_ROUTES),
            should_not("1122-3.2.2.7-information", "3.2.2.7", "Have Information Requests and Replies."),
            may("1122-3.2.2.8-timestamp", "3.2.2.8", "Have Timestamps and their replies.").but(
                "They tell strangers the clock, and nobody needs them."
            ),
            should("1122-3.2.2.8-delay", "3.2.2.8", "Then let the delay vary little.").void(_NO_TIMESTAMPS),
            may("1122-3.2.2.8-broadcast", "3.2.2.8", "Discard silently those to broadcast addresses.").void(
                _NO_TIMESTAMPS
            ),
            may("1122-3.2.2.8-multicast", "3.2.2.8", "Discard silently those to multicast addresses.").void(
                _NO_TIMESTAMPS
            ),
            must("1122-3.2.2.8-src", "3.2.2.8", "Answer from the address that was asked.").void(_NO_TIMESTAMPS),
            should("1122-3.2.2.8-record", "3.2.2.8", "Send the record of the route and timestamps back.").void(
                _NO_TIMESTAMPS
            ),
            must("1122-3.2.2.8-source-route", "3.2.2.8", "Send a source route back in reverse.").void(_NO_TIMESTAMPS),
            must("1122-3.2.2.8-pass", "3.2.2.8", "Pass replies up.").void(_NO_TIMESTAMPS),
            must("1122-3.2.2.8-standard", "3.2.2.8", "Keep to the rules for standard values.").void(_NO_TIMESTAMPS),
            must("1122-3.2.2.9-source", "3.2.2.9", "Let it be chosen where the address mask is from.").void(_NO_MASKS),
            must("1122-3.2.2.9-static", "3.2.2.9", "Let it be set."),
            may("1122-3.2.2.9-booting", "3.2.2.9", "Get it while booting.").but("It is set."),
            may("1122-3.2.2.9-icmp", "3.2.2.9", "Get it by ICMP.").but(_NO_MASKS),
            must("1122-3.2.2.9-again", "3.2.2.9", "Then ask again where no reply comes.").void(_NO_MASKS),
            should("1122-3.2.2.9-default", "3.2.2.9", "Take a default where none ever comes.").void(_NO_MASKS),
            must("1122-3.2.2.9-first", "3.2.2.9", "Heed the first reply alone.").void(_NO_MASKS),
            should("1122-3.2.2.9-reasonable", "3.2.2.9", "See whether a mask can be right."),
            must_not("1122-3.2.2.9-unauthorized", "3.2.2.9", "Answer requests for masks without authority."),
            must("1122-3.2.2.9-agent", "3.2.2.9", "Have that authority by configuration alone.").void(_NO_MASKS),
            should("1122-3.2.2.9-flag", "3.2.2.9", "Have a flag for it beside a mask that is set.").void(_NO_MASKS),
            must("1122-3.2.2.9-init", "3.2.2.9", "Broadcast a reply at the start, with that authority.").void(
                _NO_MASKS
            ),
        ),
    ),
)

ROUTING: Final = (
    Part(
        "Which way",
        (
            must("1122-3.3.1.1-mask", "3.3.1.1", "Tell neighbours from others by the address mask."),
            must("1122-3.3.1.1-no-gateway", "3.3.1.1", "Work on a network without a gateway."),
            must("1122-3.3.1.2-cache", "3.3.1.2", "Remember gateways by destination."),
            should("1122-3.3.1.2-redirects", "3.3.1.2", "Treat Redirects for hosts and networks alike."),
            must("1122-3.3.1.2-default", "3.3.1.2", "Else use the default gateway."),
            must("1122-3.3.1.2-several", "3.3.1.2", "Have several default gateways."),
            may("1122-3.3.1.2-static", "3.3.1.2", "Have a table of static routes."),
            may("1122-3.3.1.2-flag", "3.3.1.2", "Have a flag in it: overridden by Redirects.").but(
                "A Redirect is for one host: it goes before static routes to networks, not before one to that host."
            ),
            may("1122-3.3.1.3-host", "3.3.1.3", "Keep what is remembered by host, not by network."),
            should("1122-3.3.1.3-tos", "3.3.1.3", "Keep it by type of service.").void(_NO_TOS),
            must("1122-3.3.1.4-dead", "3.3.1.4", "Notice that the next hop has failed."),
            should_not("1122-3.3.1.4-forever", "3.3.1.4", "Think that a way is good for ever."),
            must_not("1122-3.3.1.4-ping", "3.3.1.4", "Poll gateways all the time."),
            must("1122-3.3.1.4-traffic", "3.3.1.4", "Poll them only while something is sent."),
            must("1122-3.3.1.4-no-sign", "3.3.1.4", "Poll them only where nothing else shows that they are there."),
            should("1122-3.3.1.4-advice", "3.3.1.4", "Take advice of the layers above and below."),
            must("1122-3.3.1.5-switch", "3.3.1.5", "Go from a default gateway that failed to another."),
            must("1122-3.3.1.6-manual", "3.3.1.6", "Let addresses, masks and gateways be set by hand."),
        ),
    ),
    Part(
        "Fragments",
        (
            must("1122-3.3.2-reassembly", "3.3.2", "Put fragments together."),
            must("1122-3.3.2-576", "3.3.2", "To at least 576 bytes."),
            should("1122-3.3.2-emtu-r", "3.3.2", "To a size that can be chosen, or any."),
            must("1122-3.3.2-mms-r", "3.3.2", "Let the transport layer learn that size."),
            must("1122-3.3.2-time-exceeded", "3.3.2", "Send Time Exceeded for what never became whole."),
            should("1122-3.3.2-fixed", "3.3.2", "Wait for a fixed time."),
            must("1122-3.3.3-mms-s", "3.3.3", "Let the layers above learn what can be sent."),
            may("1122-3.3.3-fragment", "3.3.3", "Fragment what is sent."),
            must("1122-3.3.3-not-larger", "3.3.3", "Else send nothing larger."),
            should("1122-3.3.3-576", "3.3.3", "Send no more than 576 bytes off the network.").void(
                "Path MTU discovery finds out what is carried (RFC 1191)."
            ),
            may("1122-3.3.3-all-subnets", "3.3.3", "Have a flag: all subnets carry the same.").but(
                "Path MTU discovery finds out what is carried (RFC 1191)."
            ),
        ),
    ),
    Part(
        "Several interfaces",
        (
            should("1122-3.3.4.2-src", "3.3.4.2", "Answer from the address that was asked."),
            must("1122-3.3.4.2-choose", "3.3.4.2", "Let the application choose the local address."),
            may(
                "1122-3.3.4.2-wrong-in",
                "3.3.4.2",
                "Discard silently what comes on another interface than its address is of.",
            ).but("Every address is taken on every interface (the weak model)."),
            may("1122-3.3.4.2-right-out", "3.3.4.2", "Send only on the interface that the source address is of.").but(
                "The route decides (the weak model)."
            ),
        ),
    ),
    Part(
        "Forwarding by source routes",
        (
            may("1122-3.3.5-forward", "3.3.5", "Forward by source routes.").by_choice(_ROUTERS_ROUTES),
            must("1122-3.3.5-rules", "3.3.5", "Then keep to the rules for routers.").by_choice(_ROUTERS_ROUTES),
            must("1122-3.3.5-ttl", "3.3.5", "Count the time to live down.").by_choice(_ROUTERS_ROUTES),
            must("1122-3.3.5-errors", "3.3.5", "Send Destination Unreachable of codes 4 and 5.").by_choice(
                _ROUTERS_ROUTES
            ),
            may("1122-3.3.5-src", "3.3.5", "Send from addresses that are not this host's.").by_choice(_ROUTERS_ROUTES),
            must("1122-3.3.5-record", "3.3.5", "Enter this host into timestamps and records of the route.").by_choice(
                _ROUTERS_ROUTES
            ),
            must("1122-3.3.5-switch", "3.3.5", "Have a switch for it between networks."),
            must("1122-3.3.5-off", "3.3.5", "Have it off by default."),
            must("1122-3.3.5-access", "3.3.5", "Keep to a router's rules of access.").void(
                "There are no such rules; what is interposed on a link may have some."
            ),
            should("1122-3.3.5-unreachable", "3.3.5", "Else send Destination Unreachable of code 5."),
        ),
    ),
    Part(
        "Broadcast",
        (
            must_not("1122-3.2.1.3-broadcast-src", "3.2.1.3", "Send from a broadcast address."),
            should("1122-3.3.6-formats", "3.3.6", "Receive what is sent to the forms with 0 and with -1."),
            may("1122-3.3.6-choose", "3.3.6", "Let the form that is sent be chosen.").but("It is -1."),
            should("1122-3.3.6-default", "3.3.6", "By default, send -1."),
            must("1122-3.3.6-all", "3.3.6", "Recognize all forms (those by class are gone, RFC 4632)."),
            must(
                "1122-3.3.6-link", "3.3.6", "Use the link's broadcast only for IP's broadcast and multicast addresses."
            ),
            should("1122-3.3.6-link-only", "3.3.6", "Discard silently what the link broadcasts to one host's address."),
            should("1122-3.3.6-limited", "3.3.6", "Use the limited broadcast for a connected network.").void(
                _APPLICATIONS
            ),
        ),
    ),
    Part(
        "Multicast",
        (
            should("1122-3.3.7-multicast", "3.3.7", "Have local multicast (RFC 1112)."),
            may("1122-3.3.7-igmp", "3.3.7", "Have IGMP.").but("Its packets can be read and built; no host speaks it."),
            should("1122-3.3.7-all-hosts", "3.3.7", "Join the group of all hosts at the start."),
            should("1122-3.3.7-learn", "3.3.7", "Let layers above learn which interfaces have multicast.").void(
                "All have it."
            ),
        ),
    ),
    Part(
        "The interface to the transport layer",
        (
            must("1122-3.4-all", "3.4", "Let it use all that IP has."),
            must("1122-3.4-interface", "3.4", "Tell it the interface."),
            must("1122-3.4-options", "3.4", "Pass it all received options."),
            must("1122-3.4-send-icmp", "3.4", "Let it send the ICMP messages that are its business."),
            must("1122-3.4-pass-icmp", "3.4", "Pass it those that are about it."),
            must("1122-3.4-quoted", "3.4", "With the IP header and 8 bytes or more of what was sent."),
            should("1122-3.5-leap", "3.5", "Leap tall buildings at a single bound.").but("It stays on the link."),
        ),
    ),
)

UDP: Final = (
    Part(
        "UDP",
        (
            should("1122-4.1.3.1-unreachable", "4.1.3.1", "Send Port Unreachable."),
            must("1122-4.1.3.2-receive", "4.1.3.2", "Pass received IP options to the application."),
            must("1122-4.1.3.2-specify", "4.1.3.2", "Let the application send IP options."),
            must("1122-4.1.3.2-pass", "4.1.3.2", "Pass those to IP."),
            must("1122-4.1.3.3-icmp", "4.1.3.3", "Pass ICMP messages to the application."),
            must("1122-4.1.3.4-checksum", "4.1.3.4", "Send and check checksums."),
            must("1122-4.1.3.4-discard", "4.1.3.4", "Discard silently what is damaged."),
            may("1122-4.1.3.4-without", "4.1.3.4", "Let the application send without."),
            must("1122-4.1.3.4-default", "4.1.3.4", "By default, send with."),
            may("1122-4.1.3.4-require", "4.1.3.4", "Let the receiver demand checksums."),
            must("1122-4.1.3.5-dst", "4.1.3.5", "Tell the application which address a datagram came to."),
            must("1122-4.1.3.5-specify", "4.1.3.5", "Let it choose the address to send from."),
            must("1122-4.1.3.5-wild", "4.1.3.5", "Let it leave that open."),
            should("1122-4.1.3.5-told", "4.1.3.5", "Then tell it which was taken."),
            must("1122-4.1.3.6-bad-src", "4.1.3.6", "Discard silently what is from no host's address."),
            must("1122-4.1.3.6-valid", "4.1.3.6", "Send from addresses of this host alone."),
            must("1122-4.1.4-full", "4.1.4", "Give the application all of IP's interface."),
            must("1122-4.1.4-specify", "4.1.4", "Let it choose time to live, type of service and options."),
            may("1122-4.1.4-tos", "4.1.4", "Pass it the type of service that was received."),
        ),
    ),
)

RFC1122: Final = Document(
    "RFC 1122: link layer, IP, ICMP, UDP",
    "The summaries of sections 2.5, 3.5 and 4.1.5. Those of TCP were replaced by RFC 9293.",
    (*LINK, *IP, *ICMP, *ROUTING, *UDP),
)

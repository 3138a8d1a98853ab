"""What ``foxpy bench`` measures, and how: subject and peer in one run, rounds interleaved, ratios within a round.

Each measurement is a module with a function of its name's kind that returns a ``figures.Result``. What runs in another
process (servers, in-memory hosts) is a module of its own that is started with ``python -m``, so that any environment's
foxpy can be measured. The other end, Linux's sockets, is C from the folder ``c`` where a compiler is there.
"""

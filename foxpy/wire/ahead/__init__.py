"""The ahead-of-time back end: packets as native classes, in modules that mypyc compiles.

``python -m foxpy.wire.build`` runs the modules that describe packets and writes, for each, a typed module of native
classes and functions. Compiled, it takes the place of the module that it was written from: what is compiled too calls
it without the interpreter; what is interpreted goes on seeing the packet classes that the source defines, whose values
and views are native now.

Native code takes the straight path only. What it refuses, for whatever reason, the other back end is asked again, and
that one raises the error: so both say the same. Packets with constructs that are not covered here stay with the other
back end altogether.
"""

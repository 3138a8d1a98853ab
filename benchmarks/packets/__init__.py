"""The benchmark of the packet language: one task, done by foxpy.wire, by hand and by other libraries."""

"""Whole stacks whose layers are timed one by one."""

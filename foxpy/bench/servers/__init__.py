"""The servers that are measured, each a process of its own; ``services`` says what all of them offer."""

"""The checks of the conformance kit: each function is one, and its docstring is the sentence of the contract."""

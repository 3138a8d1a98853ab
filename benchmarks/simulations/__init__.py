"""What ``netsim.py`` tries in ``foxpy.testing.lab``: experiments, each of which makes rows of one table."""

"""What the RFCs demand of a host, item by item; which tests show it; and the page that says so, docs/requirements.md.

``python -m tests.requirements`` writes the page. ``@pytest.mark.requirement("MUST-12")`` says what a test shows.
"""

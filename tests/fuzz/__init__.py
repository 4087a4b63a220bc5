"""Long runs over made-up input, beside the short one in the suite:

    python -m tests.fuzz.replies --seconds 600      what backends may send, cut anywhere
    python -m tests.fuzz.requests --seconds 600     what clients may send

Each prints its seed. A case is made from the seed and its number alone: `--seed S --case N` runs it again.
"""

"""What Claude Code has to be told so that it works with a key: where its tiers lead, which variables follow from that,
and how people write them down.
"""

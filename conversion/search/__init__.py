"""Web searches that the gateway runs for a model that has none (protocol §3.9).

`offer.py` offers the search as a function, `rounds.py` makes one Message of the rounds that it takes, and `results.py`
tells client and model what was found. Who searches is `routing/search`.
"""

"""Budgets and limits: what a request may spend is set aside before a backend is asked, and settled with its row.

rules.py       budgets and limits as the database has them, in memory
windows.py     days, weeks and months of budgets
admission.py   one request: let in, perhaps with fewer tokens, or refused (asks.py: what it may cost, errors.py)
ledger.py      what this process holds of a budget or limit, and accounts.py its other side, in the database
treasurer.py   the thread that fetches and gives back
settlement.py  what was spent, with the rows of the requests
status.py      what is left, for people

A process spends only what it was lent (a lease), so that admission is arithmetic in memory; leases of all processes and
what was spent never exceed the amount.
"""

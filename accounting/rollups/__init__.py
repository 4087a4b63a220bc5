"""Sums over rows of usage that always equal the rows.

- **Hours and days** (`slots.py`): an hour is one of a local day, counted from its midnight, so that days add up in
  every time zone.
- **Due** (`due.py`): whoever changes rows notes their hours, in the same transaction and after the rows. Nothing is
  ever added to a sum: a due hour is summed anew from its rows (`rebuilding.py`), a due day from its hours.
- **Reading** (`coverage.py`): days that are not due, hours that are not due, and the rows of all else.
- **Pruning** (`pruning.py`): rows that are removed leave their sums behind, as final ones that nobody makes anew.
- **Upkeep** (`upkeep.py`): once a minute one of all processes does what is due.
"""

"""Searches of the web through an engine of the admin's choice.

    pages = await search(entry, "python 3.15 release date", terms)     # raises SearchFailed

`engines.py` has one row for each kind of engine: how it is asked, and where its answer has what.
"""

from routing.search.asking import search

__all__ = ["search"]

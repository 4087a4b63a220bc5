"""The schemas of tools and answers as backends accept them (protocol §3.5), remembered by their bytes.

cleaned.py     the schema for one backend: where it begins
root.py        the root is an object
usual.py       what every backend gets (level 0)
styles.py      what some backends need beside it
simple.py      what is left for backends that refuse more (levels 1 and 2)
references.py  definitions at the place of their references
texts.py       which properties are text
strict.py      whether strict decoding takes it
walk.py        a change, at every schema within a schema
"""

from __future__ import annotations

from conversion.request.schema.cleaned import LAST_LEVEL, Schema, cleaned_schema

__all__ = ["LAST_LEVEL", "Schema", "cleaned_schema"]

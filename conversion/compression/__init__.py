"""Shorter prompts for models that small ones suit better: by rule (`shorten.py`, the file to read first), or with a
summary of Claude Code's guidance that a model wrote (`summary.py`).
"""

from conversion.compression.extent import Extent
from conversion.compression.shorten import Shortened, shortened
from conversion.compression.side_requests import is_side_request
from conversion.compression.summary import Question, question_for

__all__ = ["Extent", "Question", "Shortened", "is_side_request", "question_for", "shortened"]

"""How the backends are, as far as requests have told: known to every process, through the database.

`breaker.py` decides, without clock and database; `board.py` knows the breakers of this process and shares them.
"""

from routing.health.board import Board, board

__all__ = ["Board", "board"]

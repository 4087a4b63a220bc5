"""How the backends are, as far as requests have told: known to every process, through the database.

`breaker.py` decides when a model of a backend is left alone, without clock and database; `board.py` knows the breakers
of this process and shares them, `rests.py` the credentials that rest. `seats.py` is the queue for a backend that takes
only so many requests at once, `shares.py` how those are shared out, `leases.py` what of them this process has.
"""

from routing.health.board import Board, board
from routing.health.leases import seat_leases

__all__ = ["Board", "board", "seat_leases"]

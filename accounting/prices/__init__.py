"""What requests cost: who knows a price (`table.py`), what comes of it (`rates.py`), and how rows get another one
(`repricing.py`).

    rates = rates_for(route, at)            # in memory; kept with the opening of the request
    cost_of(rates, usage)                   # USD, None where it is unknown
    charge(rates, usage, state)             # what the row of the request is booked with
"""

from accounting.prices.current import rates_for, refresh
from accounting.prices.rates import Charge, Rates, charge, cost_of

__all__ = ["Charge", "Rates", "charge", "cost_of", "rates_for", "refresh"]

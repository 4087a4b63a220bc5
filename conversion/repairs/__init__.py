"""What a backend's refusal teaches (protocol §1.6): data that makes the same request come out right the next time.

    repair = find_repair(failure, destination, conversion, earlier)
    conversion = convert_request(request, repaired(destination, [repair]), …)

repair.py    a repair, and a destination after some of them
refusal.py   the backend's words beside the request that it refused, with what may be asked of them
finding.py   which repair a refusal calls for: the first rule that has one
kinds.py     every kind of repair, told to people
lengths.py  fields.py  effort.py  conversation.py  tools.py  schemas.py  formats.py  generation.py
             the rules, by what they mend
"""

from __future__ import annotations

from conversion.repairs.finding import MOST_REPAIRS, find_repair
from conversion.repairs.kinds import KINDS
from conversion.repairs.repair import Limits, Repair, repaired

__all__ = ["KINDS", "MOST_REPAIRS", "Limits", "Repair", "find_repair", "repaired"]

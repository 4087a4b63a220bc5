"""The kill protocol: a real service is killed, starved and restarted under load, then three logs are compared.

    python -m tests.accounting.kill_protocol [--kills N] [--minutes M] [--postgres] [--seed S]

clients.py         what clients asked, and what they saw of the answer
backend.py         what the backend was asked, and how much of its answer it sent
service.py         `manage.py serve` with workers that can be told where to end
steps.py           where that may be
nemeses.py         what happens to the service meanwhile
outages.py         how its database and its disk are taken away
books.py           what the service booked
reconciliation.py  whether all of them agree
protocol.py        one run from beginning to end
"""

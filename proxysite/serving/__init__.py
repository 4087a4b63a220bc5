"""What `manage.py serve` does, one module a step.

preparation      the order of what comes before the first request
database         migrations, one process at a time
first_start      the admin user and the first client key, where there are none
local_backends   programs on this machine that could answer
greeting         what a newcomer is told
metrics_folder   where several workers count together
server           the sockets and processes that serve, and how they stop
"""

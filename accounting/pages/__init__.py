"""The pages of members under /usage/: what their clients used, their keys, how to connect.

Everything on them is of clients whose `user` is logged in. What belongs to somebody else does not exist here, not even
for a superuser: the admin is for that.
"""

"""The request inspector: what was sent and answered on both sides, for clients and backends that are captured.

    exchange ── Tap (memory) ── CaptureWriter (thread): cleaned, sealed ──▶ Capture ──▶ pages of superusers

Off unless an admin switches it on, and only until then. A request is never slowed down for it: what cannot be kept is
dropped, and the log says so.
"""

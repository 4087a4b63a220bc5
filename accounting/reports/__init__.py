"""Who used what: sums by whatever rows have in common, as pages of the admin, as text, as CSV and as JSON.

All of them show one `Report` (`report.py`) of one `Selection`; where its sums come from is the matter of
`accounting/rollups/`.
"""

"""How dates are written on pages: so that they sort, and mean the same to everybody."""

DATE_FORMAT = "Y-m-d"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y-m-d H:i"

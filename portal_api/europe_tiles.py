"""Europe as a map of tiles: a square a country, near its neighbours.

Drawn by us. Boundaries (EuroGeographics) carry terms of their own and are not needed to see where
money is on offer; a square also gives a small state the same room as a large one.
"""

TILES = {
    "IS": (0, 0), "NO": (4, 0), "SE": (5, 0), "FI": (6, 0),
    "EE": (6, 1),
    "DK": (4, 2), "LV": (6, 2),
    "IE": (0, 3), "GB": (1, 3), "NL": (3, 3), "DE": (4, 3), "PL": (5, 3), "LT": (6, 3),
    "BE": (2, 4), "LU": (3, 4), "CZ": (4, 4), "SK": (5, 4), "UA": (6, 4),
    "FR": (2, 5), "CH": (3, 5), "AT": (4, 5), "HU": (5, 5), "RO": (6, 5), "MD": (7, 5),
    "PT": (0, 6), "ES": (1, 6), "IT": (3, 6), "SI": (4, 6), "HR": (5, 6), "RS": (6, 6), "BG": (7, 6),
    "BA": (4, 7), "ME": (5, 7), "XK": (6, 7), "MK": (7, 7), "TR": (8, 7),
    "MT": (3, 8), "AL": (6, 8), "GR": (7, 8), "CY": (8, 8),
}  # fmt: skip
"""ISO 3166-1 code -> column and row."""
COLUMNS, ROWS = 9, 9


def shade(count: int, most: int) -> int:
    """Return 0 (nothing) to 4: quarters of the greatest count."""
    return 0 if count <= 0 else min(4, 1 + 4 * count // (most + 1))

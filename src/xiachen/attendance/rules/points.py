"""
Points on the earth.

Positions of satellites and browsers are WGS-84. Maps published in China use GCJ-02, which shifts
every point there by some hundred metres; the formula is the one that map programs share.
"""

from math import cos, pi, sin, sqrt

# Krasovsky 1940, on which the shift is computed.
_AXIS = 6378245.0
_ECCENTRICITY = 0.00669342162296594323
_TURNS = 30


def wgs84_of_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """Return the WGS-84 latitude and longitude in degrees of a point on a Chinese map."""
    north, east = latitude, longitude
    for _ in range(_TURNS):
        shown_north, shown_east = gcj02_of_wgs84(north, east)
        north, east = north + latitude - shown_north, east + longitude - shown_east
    return north, east


def gcj02_of_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """Return where a Chinese map shows a point; outside China it shows it where it is."""
    if not in_china(latitude, longitude):
        return latitude, longitude
    x, y = longitude - 105.0, latitude - 35.0
    rad = latitude / 180.0 * pi
    magic = 1 - _ECCENTRICITY * sin(rad) ** 2
    root = sqrt(magic)
    north = _north(x, y) * 180.0 / ((_AXIS * (1 - _ECCENTRICITY)) / (magic * root) * pi)
    east = _east(x, y) * 180.0 / (_AXIS / root * cos(rad) * pi)
    return latitude + north, longitude + east


def in_china(latitude: float, longitude: float) -> bool:
    """Tell whether the maps shift a point: a plain rectangle, as those who draw them have it."""
    return 0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347


def _waves(x: float) -> float:
    return (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0


def _north(x: float, y: float) -> float:
    shift = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + _waves(x)
    shift += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    return shift + (160.0 * sin(y / 12.0 * pi) + 320 * sin(y * pi / 30.0)) * 2.0 / 3.0


def _east(x: float, y: float) -> float:
    shift = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + _waves(x)
    shift += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    return shift + (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0

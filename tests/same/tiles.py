"""The tiles: a fixed choice over styles, places, zooms, days, languages, ratios and formats."""
import math
import random

SEED = 20201110
# How many of each style on which server; without a name, of the styles of golden pictures.
CHOICE = [
    ('map', 'conflict', 640),
    ('styles', 'light', 40), ('styles', 'bright', 40), ('styles', 'districts-by-area', 40),
    ('styles', 'own', 40), ('styles', 'tiled', 40), ('styles', None, 120), ('own', 'data', 40),
]
# Zooms by how often they come.
ZOOMS = [0, 1, 2, 3, 4, 4] + [5, 6, 7, 8, 9, 10, 11] * 5 + [8, 9, 10] + [12, 13, 14] * 2
RATIOS = ['', '@2x', '@2x', '@3x', '', '@1x']
FORMATS = ['png', 'png', 'png', 'png', 'webp', 'jpg']
SIZES = ['', '', '', '256/', '512/']
AREA = (44.6, 38.4, 48.6, 41.2)
TOWNS = [
    (46.75, 39.76), (46.93, 39.99), (46.55, 39.64), (46.04, 40.11), (47.03, 39.52), (47.15, 39.6),
]
LANGUAGES = ['hy', 'az', 'ru', 'ka', 'fa', 'en']
# Days of all times of the map, with those on which it changes and those before them.
DAYS = [
    '1988-02-20', '1990-01-20', '1991-09-02', '1991-11-25', '1991-11-26', '1992-05-08',
    '1992-05-09', '1992-05-18', '1993-04-05', '1993-07-24', '1994-05-11', '1994-05-12',
    '1999-12-31', '2001-04-03', '2001-06-30', '2005-06-15', '2008-01-01', '2016-04-05',
    '2020-09-26', '2020-09-27', '2020-10-20', '2020-11-07', '2020-11-08', '2020-11-09',
    '2020-11-10', '2020-11-19', '2020-11-20', '2020-11-24', '2020-11-25', '2020-11-30',
    '2020-12-01', '2021-11-07', '2022-08-25', '2022-08-26', '2022-08-30', '2023-09-19',
    '2023-09-20', '2025-08-07', '2025-08-08', '2026-06-30',
]
# Styles of golden pictures: those that reach over the tiles' sides. Their features lie around 0, 0.
GOLDEN = [
    'background-pattern', 'circle-blur', 'circle-clusters', 'circle-radius', 'circle-sort-key',
    'circle-translate', 'fill-across-180', 'fill-color', 'fill-outline-color', 'fill-pattern',
    'fill-translate', 'heatmap-intensity', 'heatmap-plain', 'icon-along-line', 'icon-collision',
    'icon-image', 'icon-rotate', 'icon-size', 'icon-text-fit-both', 'line-blur', 'line-cap-round',
    'line-dasharray', 'line-dasharray-round-caps', 'line-gap-width', 'line-gradient',
    'line-join-miter', 'line-offset', 'line-pattern', 'line-sort-key', 'line-width', 'raster-plain',
    'raster-hue-rotate', 'text-along-line', 'text-collision', 'text-format', 'text-halo-blur',
    'text-max-width', 'text-script-persian', 'text-variable-anchor',
]
# What else a style lets a URL say.
SETTINGS = {
    'conflict': {
        'lang': LANGUAGES * 4 + ['local'],
        'worldview': [None, None, 'neutral', 'AZ', 'AM'],
    },
    'districts-by-area': {'highlight': [None, 'ARM', 'AZE', 'GEO']},
    'own': {'lang': ['en', 'hy', 'ka', 'fa'], 'mode': ['day', 'night']},
}
DATED = {'conflict', 'own', 'data'}


class Chance:
    """Choices that are the same in every Python: of its generators only `random` promises that."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def of(self, some):
        return some[int(self.random() * len(some))]

    def between(self, low, high):
        return low + (high - low) * self.random()

    def near(self, lon, lat, reach):
        return lon + self.between(-reach, reach), lat + self.between(-reach, reach)


def urls():
    """Server and URL of each tile."""
    chance, found = Chance(SEED), {}
    for server, style, count in CHOICE:
        least = len(found) + count
        while len(found) < least:
            found[server, one(chance, style or chance.of(GOLDEN))] = None
    return list(found)


def one(chance, style):
    z, place = where(chance, style)
    x, y = address(z, *place)
    size, ratio, kind = chance.of(SIZES), chance.of(RATIOS), chance.of(FORMATS)
    asked = settings(chance, style)
    query = '?' + '&'.join(f'{k}={v}' for k, v in asked.items()) if asked else ''
    return f'/styles/{style}/{size}{z}/{x}/{y}{ratio}.{kind}{query}'


def where(chance, style):
    """A zoom and a place at which there is something to be seen, or, now and then, nothing."""
    z = chance.of(ZOOMS)
    if style in GOLDEN:
        return 3 + z % 4, chance.near(0, 0, 4)
    if style == 'tiled':
        return z % 7, (chance.between(-180, 180), chance.between(-80, 80))
    if z < 5 and chance.random() < 0.4:
        return z, (chance.between(-180, 180), chance.between(-70, 70))
    if z > 11:
        return z, chance.near(*chance.of(TOWNS), 0.2)
    west, south, east, north = AREA
    return z, (chance.between(west, east), chance.between(south, north))


def address(z, lon, lat):
    """Column and row of the tile with a place."""
    across = (lon + 180) / 360
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    side = 1 << z
    return min(int(across * side), side - 1), min(int(down * side), side - 1)


def settings(chance, style):
    said = {}
    if style in DATED and chance.random() < 0.9:
        said['date'] = chance.of(DAYS)
    for key, values in SETTINGS.get(style, {}).items():
        value = chance.of(values)
        if value is not None:
            said[key] = value
    return said

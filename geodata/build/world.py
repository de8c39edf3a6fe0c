"""The rest of the world, coarse: land, borders and the names of countries around the map's own layers, so that it ends nowhere.

Natural Earth 1:50m (public domain): as it is around the frame, simplified farther away. Names by Unicode's CLDR. Within the frame the map's
own layers take its place.
"""
from babel import Locale
import pyogrio
import shapely
from shapely.geometry import Point, box

import inputs
from features import FRAME, PD, feature, km2, polys, save

FOLDER = inputs.MAGICS.parent / '50m'
NE50 = 'Natural Earth 1:50m %s (Debian libmagics++-data 4.13.0)'
# Where it is as fine as it is given; elsewhere to within so many degrees, without islands of less than so many square kilometres.
NEAR = box(20, 25, 75, 56)
COARSE, ISLAND = 0.06, 400
GRID_50M = 1e-3
LANGUAGES = ('en', 'hy', 'az', 'ru', 'ka', 'fa')
# Those whose codes the package leaves out, and those that the map's own layers name.
CODES = {'France': 'FR', 'Norway': 'NO', 'Kosovo': 'XK'}
OWN = ('AM', 'AZ', 'GE', 'IR', 'RU', 'TR')
# Names are written in the order of what they take up on the map, square kilometres.
RANKS = (2_000_000, 500_000, 100_000, 20_000)
KINDS = {'International': 'international', 'Disputed': 'disputed', 'Line': 'line-of-control', 'Indefinite': 'indefinite'}


def land():
    """Land without lakes and seas: coasts near the frame in full."""
    out = []
    for g in pyogrio.read_dataframe(FOLDER / 'ne_50m_land.shp').geometry:
        for p in polys(shapely.make_valid(g)):
            near = shapely.intersection(p, NEAR)
            far = shapely.difference(p, NEAR)
            # Cut where the two meet, so that neither leaves a gap.
            out += polys(near)
            out += [q for q in polys(shapely.make_valid(shapely.simplify(far, COARSE))) if q.intersects(NEAR) or km2(q) > ISLAND]
    return shapely.MultiPolygon([p for p in polys(shapely.make_valid(shapely.set_precision(shapely.union_all(out), GRID_50M))) if km2(p) > 20])


def borders():
    """Lines between countries outside the frame, by what Natural Earth says of them."""
    out = {}
    for row in pyogrio.read_dataframe(FOLDER / 'ne_50m_admin_0_boundary_lines_land.shp').itertuples():
        kind = KINDS.get(row.featurecla.split()[0])
        line = shapely.difference(row.geometry, FRAME)
        if kind and not line.is_empty:
            line = line if line.intersects(NEAR) else shapely.simplify(line, COARSE)
            out.setdefault(kind, []).append(line)
    return {kind: shapely.set_precision(shapely.line_merge(shapely.union_all(lines)), GRID_50M) for kind, lines in sorted(out.items())}


def labels():
    """A point in each country's largest part, the farthest from its edges."""
    known = {language: Locale(language).territories for language in LANGUAGES}
    out = []
    for row in pyogrio.read_dataframe(inputs.QGIS, layer='countries').itertuples():
        code = CODES.get(row.NAME, row.iso_a2)
        if code not in known['en'] or code == 'AQ':
            continue
        largest = max(polys(row.geometry), key=lambda p: p.area)
        area = sum(km2(p) for p in polys(row.geometry))
        at = shapely.maximum_inscribed_circle(largest, tolerance=.05).coords[0]
        named = {f'name:{language}': known[language][code] for language in LANGUAGES}
        out.append(feature(Point(round(at[0], 2), round(at[1], 2)), id='name-' + code.lower(), name=named['name:en'], **named, kind='label',
                           rank=1 + sum(area < least for least in RANKS), own=code in OWN or None, source='Unicode CLDR (PyPI babel 2.17.0); ' + NE50 % 'countries',
                           license='Unicode License V3', accuracy_m=50000, note='Where the name is written; nothing lies there.'))
    return sorted(out, key=lambda f: (f['properties']['rank'], f['id']))


def write():
    note = 'A backdrop outside lon 43-51, lat 38-43, coarse; which lines are disputed is what Natural Earth says.'
    common = dict(license=PD, accuracy_m=10000, note=note)
    save('world-land.geojson', 'Land of the world', [feature(land(), id='land', name='Land', kind='land', source=NE50 % 'land', **common)], backdrop=True)
    save('world-borders.geojson', 'Borders of the world',
         [feature(line, id=kind, name=kind.replace('-', ' ').capitalize(), kind=kind, source=NE50 % 'admin-0 boundary lines', **common) for kind, line in borders().items()],
         backdrop=True)
    save('world-labels.geojson', 'Where the names of the world\'s countries are written', labels(), backdrop=True)

"""Geodesic measures, and features written as GeoJSON the way RFC 7946 asks. No network, no randomness."""
import csv
import json
import re
from pathlib import Path

import shapely
from pyproj import Geod
from shapely.geometry import MultiPolygon, box, mapping
from shapely.geometry.polygon import orient

HERE = Path(__file__).resolve().parent
OUT = HERE.parent
GRID = 1e-6                                     # six decimals, about 0.1 m
FRAME = box(43, 38, 51, 43)                     # what the map covers
WIDE = (42, 37, 52, 44)                         # read a margin, clip later
G = Geod(ellps='WGS84')
PD = 'public domain'
CC0 = 'CC0 (authored from facts)'
MOVED = ', moved onto the ridges and valleys of NOAA GLOBE (geodata/SOURCES.md)'
MAGICS = '(Debian libmagics++-data 4.13.0)'
NE0 = f'Natural Earth 1:10m admin-0 boundary lines and land {MAGICS}{MOVED}'
NE1 = f'Natural Earth 1:10m admin-1 lines {MAGICS}{MOVED}; attributes from Debian qgis-common 3.22.16'
NE_RIVERS = f'Natural Earth 1:10m rivers and lake centerlines {MAGICS}{MOVED}'
NE_LAKES = f'Natural Earth 1:10m land, its holes {MAGICS}, moved to where NOAA GLOBE is level'
NED = 'Natural Earth 1:10m disputed boundary lines v4.1.0 (Debian qgis-common 3.22.16)'
NAME_KEYS = ('name:en', 'name:hy', 'name:az', 'name:ru', 'name:ka', 'name:fa')


def polys(g):
    """The polygons in any geometry."""
    return [p for p in getattr(g, 'geoms', [g]) if p.geom_type == 'Polygon' and not p.is_empty]


def km2(g):
    """Geodesic area on WGS84 in square kilometres; long edges are straight in degrees (RFC 7946), so they are cut."""
    return sum(abs(G.geometry_area_perimeter(orient(shapely.segmentize(p, 0.5)))[0]) for p in polys(g)) / 1e6


def km(g):
    """Geodesic length in kilometres."""
    return G.geometry_length(g) / 1e3


def slug(name):
    """Stable ASCII id from an English name."""
    return re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')


def dissolve(parts):
    """Union of non-overlapping faces that keeps every shared vertex (coverage union), so that layers stay vertex-identical."""
    return shapely.coverage_union_all(shapely.get_parts(shapely.GeometryCollection(list(parts))))


def right_hand(g):
    """Exterior rings counter-clockwise, holes clockwise (RFC 7946); parts in a stable order."""
    if g.geom_type == 'Polygon':
        return orient(g, 1)
    if g.geom_type == 'MultiPolygon':
        return MultiPolygon(sorted((orient(p, 1) for p in g.geoms), key=lambda p: (-p.area, p.bounds)))
    return g


def as_multi(g):
    """Always a MultiPolygon."""
    return g if g.geom_type == 'MultiPolygon' else MultiPolygon([g])


def rounded(coordinates):
    """Coordinates to six decimals, however deep."""
    if isinstance(coordinates[0], (list, tuple)):
        return [rounded(c) for c in coordinates]
    return [round(coordinates[0], 6), round(coordinates[1], 6)]


def feature(g, **properties):
    """One GeoJSON Feature; properties that are None or empty are left out; id is also the Feature's id."""
    m = mapping(right_hand(g))
    properties = {k: v for k, v in properties.items() if v is not None and v != ''}
    return {'type': 'Feature', 'id': properties['id'], 'properties': properties,
            'geometry': {'type': m['type'], 'coordinates': rounded(m['coordinates'])}}


def save(name, title, features, schema=None, gazetteer=False, time=None, backdrop=False):
    """Writes a FeatureCollection, one Feature a line, in the order given."""
    ids = [f['id'] for f in features]
    assert len(set(ids)) == len(ids), [i for i in ids if ids.count(i) > 1]
    head = {'type': 'FeatureCollection', 'title': title}
    if schema:
        head['$schema'] = f'schema/{schema}.json'
    if gazetteer:
        head['gazetteer'] = True
    if backdrop:
        head['backdrop'] = True
    if time:
        head['time'] = time
    lines = ',\n'.join(json.dumps(f, ensure_ascii=False, separators=(',', ':')) for f in features)
    text = json.dumps(head, ensure_ascii=False, separators=(',', ':'))[:-1] + ',"features":[\n' + lines + '\n]}\n'
    (OUT / name).write_text(text, encoding='utf-8')
    print('%-28s %4d features %8d bytes' % (name, len(features), len(text.encode())))


def table(name):
    """The rows of a table beside this script."""
    with open(HERE / 'tables' / name, encoding='utf-8', newline='') as f:
        return list(csv.DictReader(f))


def names(row):
    """The name properties of a table row with columns name_en, name_hy, ..."""
    return {k: row.get(k.replace(':', '_')) for k in NAME_KEYS}

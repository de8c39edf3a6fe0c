"""Features of every kind of geometry, also empty and none, come back from every format as GDAL reads it: pyogrio's and the system's.
Usage: python trips.py PROGRAM [OGR2OGR]"""
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import pyogrio
import shapely

from server import serving

SQUARE = '(46 39, 47 39, 47 40, 46 40, 46 39)'
HOLE = '(46.4 39.4, 46.4 39.6, 46.6 39.6, 46.6 39.4, 46.4 39.4)'
KINDS = {
    'points': ['POINT (46.7 39.8)', 'MULTIPOINT ((46 39))', 'MULTIPOINT ((46 39), (47 40))'],
    'lines': ['LINESTRING (46 39, 47 40)', 'MULTILINESTRING ((46 39, 47 40))', 'MULTILINESTRING ((46 39, 47 40), (45 39, 45 40, 45.5 41))'],
    'areas': [f'POLYGON ({SQUARE})', f'POLYGON ({SQUARE}, {HOLE})', f'MULTIPOLYGON (({SQUARE}))', f'MULTIPOLYGON (({SQUARE}, {HOLE}), ((45 39, 45.5 39, 45.5 40, 45 39)))'],
    'collections': ['GEOMETRYCOLLECTION (POINT (46 39))', 'GEOMETRYCOLLECTION (POINT (46 39), LINESTRING (46 39, 47 40))',
                    f'GEOMETRYCOLLECTION (MULTIPOINT ((46 39)), MULTILINESTRING ((46 39, 47 40)), MULTIPOLYGON (({SQUARE}, {HOLE})))',
                    f'GEOMETRYCOLLECTION (GEOMETRYCOLLECTION (POINT (46 39), POLYGON ({SQUARE})), POINT (45 39))'],
    'empty': ['MULTIPOINT EMPTY', 'LINESTRING EMPTY', 'MULTILINESTRING EMPTY', 'POLYGON EMPTY', 'MULTIPOLYGON EMPTY', 'GEOMETRYCOLLECTION (POLYGON EMPTY, POINT (46 39))'],
    'none': [None, 'POINT (46.7 39.8)', None],
    'nothing-else': [None],
}
KINDS['all'] = [wkt for kind in list(KINDS) for wkt in KINDS[kind]]
failures = []


def feature(i, wkt):
    geometry = None if wkt is None else json.loads(shapely.to_geojson(shapely.from_wkt(wkt)))
    return {'type': 'Feature', 'id': i, 'properties': {'n': i, 'name': f'№ {i}', 'even': i % 2 == 0, 'note': None if i % 3 else 'x'}, 'geometry': geometry}


def same(a, b):
    if a is None or b is None:
        return a is b
    # GDAL has one empty line in an empty MULTILINESTRING.
    alike = a.is_empty and b.is_empty or shapely.equals_exact(a, b, 1e-9, normalize=True)
    return a.geom_type == b.geom_type and alike


def compare(what, geometry, ids, expected):
    found = dict(zip((int(i) for i in ids), geometry, strict=True))
    if found.keys() != set(range(len(expected))):
        failures.append(f'{what}: features {sorted(found)}')
    for i, wkt in enumerate(expected):
        meant = None if wkt is None else shapely.from_wkt(wkt)
        if i in found and not same(found[i], meant):
            failures.append(f'{what} {i}: {found[i]}, not {wkt}')


def by_pyogrio(path, form):
    options = {'GEOM_POSSIBLE_NAMES': 'geometry', 'KEEP_GEOM_COLUMNS': 'NO'} if form == 'csv' else {}
    meta, _, geometry, fields = pyogrio.raw.read(path, **options)
    fields = dict(zip(meta['fields'], fields, strict=True))
    return [g and shapely.from_wkb(g) for g in geometry], fields


def by_system(path, ogr2ogr):
    run = subprocess.run([ogr2ogr, '-f', 'GeoJSONSeq', '/vsistdout/', path], capture_output=True, text=True, timeout=60)
    if 'rror' in run.stderr or run.returncode:
        failures.append(f'{Path(path).name}: {run.stderr.strip()}')
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    # Empty geometries are written there in ways that shapely does not read: only their kind is compared.
    return [(row['geometry'] or {}).get('type') for row in rows], [row['properties']['feature_id'] for row in rows]


program, *rest = sys.argv[1:]
trips = 0
with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    for name, wkts in KINDS.items():
        document = {'type': 'FeatureCollection', 'features': [feature(i, wkt) for i, wkt in enumerate(wkts)]}
        (folder / f'trip-{name}.geojson').write_text(json.dumps(document))
    with serving(program, '--data', str(folder)) as url:
        for name, wkts in KINDS.items():
            for form, extension in (('fgb', 'fgb'), ('csv', 'csv'), ('geojson', 'geojson'), ('geojsonseq', 'geojsonl')):
                path = folder / f'{name}.{extension}'
                urllib.request.urlretrieve(f'{url}/collections/trip-{name}/items?limit=10000&f={form}', path)
                geometry, fields = by_pyogrio(path, form)
                compare(f'{form} {name}', geometry, fields['feature_id' if form in ('fgb', 'csv') else 'n'], wkts)
                numbers = [int(n) for n in fields['n']]
                if [fields['name'][k] for k in range(len(numbers))] != [f'№ {n}' for n in numbers]:
                    failures.append(f'{form} {name}: other properties')
                trips += 1
            if rest:
                kinds, ids = by_system(folder / f'{name}.fgb', rest[0])
                meant = {i: wkt and shapely.from_wkt(wkt).geom_type for i, wkt in enumerate(wkts)}
                if dict(zip((int(i) for i in ids), kinds, strict=True)) != meant:
                    failures.append(f'{rest[0]} {name}: {kinds}')
        if rest:
            for collection in json.load(urllib.request.urlopen(f'{url}/collections'))['collections']:
                path = folder / 'embedded.fgb'
                urllib.request.urlretrieve(f"{url}/collections/{collection['id']}/items?limit=1000000&f=fgb", path)
                _, ids = by_system(path, rest[0])
                if len(ids) != collection['itemCount']:
                    failures.append(f"{rest[0]} {collection['id']}: {len(ids)} of {collection['itemCount']} features")
print(f'GDAL {pyogrio.__gdal_version_string__}{" and " + rest[0] if rest else ""}: {trips} files read back')
print('\n'.join(failures[:40]))
print(f'{len(failures)} failures')
sys.exit(bool(failures))

"""Our collections as GDAL (pyogrio's), OWSLib and QGIS read them.
Usage: python ogc.py PROGRAM [QGIS_PYTHON]"""
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import numpy
import owslib.ogcapi.features
import pyogrio
import shapely

from server import serving

geodata = Path(__file__).parents[2] / 'geodata'
failures = []


def check(what, is_right, detail=''):
    if not is_right:
        failures.append(f'{what}: {detail}')


def read(source, **options):
    """Ids, geometries, and fields by name."""
    meta, _, geometry, fields = pyogrio.raw.read(source, **options)
    return shapely.from_wkb(geometry), dict(zip(meta['fields'], fields, strict=True))


def gdal(url, collections):
    """GDAL finds the same features as in our files, and leaves filters to the server."""
    for name in collections:
        geometry, fields = read(f'OAPIF:{url}', layer=name)
        expected, own = read(geodata / f'{name}.geojson')
        check(f'GDAL {name}', len(geometry) == len(expected), f'{len(geometry)} features, not {len(expected)}')
        # Pages come in the order of ids.
        ours = dict(zip(fields['id'], geometry, strict=True))
        theirs = dict(zip(own['id'], expected, strict=True))
        check(f'GDAL {name}', ours.keys() == theirs.keys(), 'other ids')
        for key in ours.keys() & theirs.keys():
            check(f'GDAL {name} {key}', shapely.equals_exact(ours[key], theirs[key], 1e-6, normalize=True), 'other geometry')
        box = (46.5, 39.5, 47.0, 40.0)
        inside, _ = read(f'OAPIF:{url}', layer=name, bbox=box)
        meant = sum(shapely.intersects(expected, shapely.box(*box)))
        check(f'GDAL {name} bbox', len(inside) == meant, f'{len(inside)}, not {meant}')
        for form in ('fgb', 'csv'):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f'{name}.{form}'
                urllib.request.urlretrieve(f'{url}/collections/{name}/items?limit=1000000&f={form}', path)
                options = {} if form == 'fgb' else {'GEOM_POSSIBLE_NAMES': 'geometry', 'KEEP_GEOM_COLUMNS': 'NO'}
                other, columns = read(path, **options)
                again = dict(zip(columns['feature_id'], other, strict=True))
                check(f'{form} {name}', again.keys() == theirs.keys(), f'{len(again)} ids, not {len(theirs)}')
                for key in again.keys() & theirs.keys():
                    same = shapely.equals_exact(again[key], theirs[key], 1e-6, normalize=True)
                    check(f'{form} {name} {key}', same, 'other geometry')
    _, fields = read(f'OAPIF:{url}', layer='places', where='population > 50000')
    _, own = read(geodata / 'places.geojson', where='population > 50000')
    check('GDAL filter', sorted(fields['id']) == sorted(own['id']) and len(own['id']) > 5, f"{len(fields['id'])} places")
    print(f'GDAL {pyogrio.__gdal_version_string__}: {len(collections)} collections as GeoJSON, FlatGeobuf and CSV')


def owslib_client(url, collections):
    client = owslib.ogcapi.features.Features(f'{url}/')
    check('OWSLib', sorted(client.feature_collections()) == sorted(collections), client.feature_collections())
    for name in collections:
        found = client.collection_items(name, limit=100000)
        check(f'OWSLib {name}', found['numberReturned'] == found['numberMatched'] == len(found['features']), found['numberMatched'])
        check(f'OWSLib {name}', client.collection_queryables(name)['properties'], 'no queryables')
    one = client.collection_items('places', limit=10, filter="name LIKE 'Shu%'", bbox=[46, 39, 47, 40])
    check('OWSLib filter', [f['properties']['name'][:3] for f in one['features']] and
          all(f['properties']['name'].startswith('Shu') for f in one['features']), one['numberMatched'])
    check('OWSLib conformance', any(c.endswith('conf/crs') for c in client.conformance()['conformsTo']))
    print(f'OWSLib {owslib.__version__}: {len(collections)} collections')


def qgis(python, url, collections):
    script = Path(__file__).with_name('layers.py')
    run = subprocess.run([python, script, url, *collections], capture_output=True, text=True, timeout=600)
    found = [json.loads(line) for line in run.stdout.splitlines() if line.startswith('{')]
    check('QGIS', len(found) == len(collections), run.stderr[-2000:])
    for layer in found:
        expected, _ = read(geodata / f"{layer['collection']}.geojson")
        check(f"QGIS {layer['collection']}", layer['valid'] and layer['count'] == len(expected), layer)
        inside = int(numpy.sum(shapely.intersects(expected, shapely.box(46.5, 39.5, 47.0, 40.0))))
        check(f"QGIS {layer['collection']} rectangle", layer['inside'] == inside, f"{layer['inside']}, not {inside}")
    print(f"QGIS {found[0]['version'] if found else ''}: {len(found)} collections")


program, *rest = sys.argv[1:]
with serving(program) as url:
    names = [c['id'] for c in json.load(urllib.request.urlopen(f'{url}/collections'))['collections']]
    gdal(url, names)
    owslib_client(url, names)
    if rest:
        qgis(rest[0], url, names)
    else:
        print('skipped: QGIS: python3-qgis is not here and could not be installed')
print('\n'.join(failures[:40]))
print(f'{len(failures)} failures')
sys.exit(bool(failures))

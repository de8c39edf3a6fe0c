"""Vector tiles as mapbox-vector-tile, shapely, GDAL and @mapbox/vector-tile read them: all of the conflict map's, zooms 0 to 12.
Usage: python tiles.py PROGRAM [NODE]"""
import collections
import math
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import mapbox_vector_tile
import pyogrio
import shapely

from server import serving

# The area of the map, and the deepest zoom at which all of its tiles are asked for; deeper ones are around the line of contact.
AREA = (43.0, 38.4, 50.6, 43.0)
WHOLE, DEEPEST = 9, 12
NEAR = (46.5, 39.6, 47.1, 40.0)
failures = []


def check(what, is_right, detail=''):
    if not is_right:
        failures.append(f'{what}: {detail}')


def tile_at(lon, lat, z):
    side = 2 ** z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * side), int(y * side)


def tiles(area, zooms):
    west, south, east, north = area
    for z in zooms:
        (x0, y0), (x1, y1) = tile_at(west, north, z), tile_at(east, south, z)
        yield from ((z, x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1))


def polygons(feature):
    geometry = shapely.geometry.shape(feature['geometry'])
    return [part for part in shapely.get_parts(geometry) if part.geom_type == 'Polygon']


def all_tiles(url, folder):
    """Every tile of the style: sound areas, and no more than is told of it."""
    count = collections.Counter()
    told = {layer['id']: set(layer['fields']) for layer in read_json(f'{url}/styles/conflict/vector.json')['vector_layers']}
    for z, x, y in [*tiles(AREA, range(WHOLE + 1)), *tiles(NEAR, range(WHOLE + 1, DEEPEST + 1))]:
        data = urllib.request.urlopen(f'{url}/styles/conflict/vector/{z}/{x}/{y}.pbf').read()
        if not data:
            continue
        (folder / f'{z}-{x}-{y}.pbf').write_bytes(data)
        count['tiles'] += 1
        for name, layer in mapbox_vector_tile.decode(data, default_options={'y_coord_down': True}).items():
            check(f'{z}/{x}/{y} {name}', name in told, 'is not in the TileJSON')
            for feature in layer['features']:
                count['features'] += 1
                check(f'{z}/{x}/{y} {name}', feature['properties'].keys() <= told[name], feature['properties'])
                for polygon in polygons(feature):
                    count['polygons'] += 1
                    check(f'{z}/{x}/{y} {name} {feature["id"]}', polygon.is_valid, shapely.is_valid_reason(polygon))
                    # As rows run down, exteriors are counter-clockwise to whoever takes them to run up.
                    check(f'{z}/{x}/{y} {name} {feature["id"]}', polygon.exterior.is_ccw, 'wound the other way')
    print(f'mapbox-vector-tile and shapely: {dict(count)}')
    return count


def read_json(url):
    import json
    return json.load(urllib.request.urlopen(url))


def gdal(url, folder, count):
    """GDAL reads each tile, and finds in one of zoom 10 what our features are, to a unit of its grid."""
    layers = 0
    for file in sorted(folder.glob('*.pbf')):
        layers += len(pyogrio.list_layers(file))
    check('GDAL', layers > count['tiles'], f'{layers} layers')
    z, x, y = 10, *tile_at(46.75, 39.76, 10)
    path = folder / f'{y}.mvt'
    # So named, GDAL knows where it lies.
    place = folder / str(z) / str(x)
    place.mkdir(parents=True)
    path = place / f'{y}.pbf'
    path.write_bytes(urllib.request.urlopen(f'{url}/data/districts/{z}/{x}/{y}.pbf?labels=0').read())
    meta, _, geometry, fields = pyogrio.raw.read(path, layer='districts')
    ids = dict(zip(meta['fields'], fields, strict=True))['id']
    ours = {f['id']: shapely.geometry.shape(f['geometry'])
            for f in read_json(f'{url}/collections/districts/items?limit=1000&crs=http://www.opengis.net/def/crs/EPSG/0/3857')['features']}
    side = 2 * math.pi * 6378137 / 2 ** z
    west, north = x * side - math.pi * 6378137, math.pi * 6378137 - y * side
    window = shapely.box(west, north - side, west + side, north)
    check('GDAL districts', len(ids) > 3, ids)
    for name, area in zip(ids, shapely.from_wkb(geometry), strict=True):
        meant, found = shapely.intersection(ours[name], window), shapely.intersection(shapely.make_valid(area), window)
        # Lines are a quarter of a px of 512 from where they are at the most, corners half a unit more.
        off = shapely.hausdorff_distance(meant.boundary, found.boundary) if not meant.is_empty and not found.is_empty else 0
        check(f'GDAL {name}', off < 3.5 * side / 4096, f'{off:.0f} m, of units of {side / 4096:.1f} m')
    print(f'GDAL {pyogrio.__gdal_version_string__}: {layers} layers; {len(ids)} districts of one tile as they are')


def main(program, node=None):
    with serving(program) as url, tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        count = all_tiles(url, folder)
        if node:
            script = Path(__file__).parents[1] / 'browser/tiles.mjs'
            told = subprocess.run([node, script, folder], capture_output=True, text=True)
            check('@mapbox/vector-tile', told.returncode == 0, told.stderr[-400:])
            check('@mapbox/vector-tile', f"{count['tiles']} tiles" in told.stdout and f"{count['features']} features" in told.stdout, told.stdout)
            print(told.stdout.strip())
        else:
            print('skipped: @mapbox/vector-tile, node is not here')
        gdal(url, folder, count)
    for failure in failures[:20]:
        print('FAIL', failure)
    sys.exit(1 if failures else 0)


main(*sys.argv[1:])

"""Measures the borders between countries against ones that were not used to draw them.

    .cache/venv/bin/python accuracy.py

The other borders are those of time zones (PyPI `timezonefinder` 6.5.7: timezone-boundary-builder, from OpenStreetMap, ODbL 1.0). They are measured
against, and nothing of them is in the data.
"""
import json
import subprocess
import sys
import zipfile

import numpy as np
import shapely
from shapely.geometry import Polygon, shape
from shapely.ops import unary_union

import inputs
from displacement import KM
from features import OUT

WHEEL = ('timezonefinder', '6.5.7', 'cp311', 'manylinux2014_x86_64', 'dcbb197fb607a7ee12a1a65a39bc1230135c17340d018ce1f84a79cefd9fdf9d')
ZONES = {'ARM': 'Asia/Yerevan', 'AZE': 'Asia/Baku', 'IRN': 'Asia/Tehran', 'GEO': 'Asia/Tbilisi'}
REGION = shapely.box(43.9, 38.2, 48.6, 42.4)
PAIRS = (('IRN', 'AZE'), ('IRN', 'ARM'), ('ARM', 'AZE'), ('GEO', 'AZE'), ('GEO', 'ARM'))


def zones():
    """Polygons of time zones by country."""
    name, version, python, platform, sha = WHEEL
    if not inputs.one(f'{name}-*.whl'):
        subprocess.run([sys.executable, '-m', 'pip', 'download', '--no-deps', '-q', '-d', inputs.CACHE, '--only-binary=:all:', '--python-version', python[2:],
                        '--platform', platform, f'{name}=={version}'], check=True)
    wheel = inputs.one(f'{name}-*.whl')
    inputs.check(wheel, sha)
    with zipfile.ZipFile(wheel) as z:
        read = lambda file, kind: np.frombuffer(z.read(f'{name}/{file}'), kind)  # noqa: E731
        ids, lengths, starts = read('poly_zone_ids.bin', '<u2'), read('poly_coord_amount.bin', '<u4'), read('poly_adr2data.bin', '<u4')
        named, data = json.loads(z.read(f'{name}/timezone_names.json')), z.read(f'{name}/poly_data.bin')
    out = {}
    for country, zone in ZONES.items():
        rings = [np.frombuffer(data, '<i4', 2 * lengths[i], starts[i]).reshape(2, -1).T / 1e7 for i in np.nonzero(ids == named.index(zone))[0]]
        out[country] = unary_union([Polygon(r).buffer(0) for r in rings])
    return out


def border(areas, a, b, near):
    """The border between two countries in the region, km in the plane."""
    line = areas[a].boundary.intersection(REGION).intersection(areas[b].boundary.buffer(near))
    return shapely.transform(line, lambda xy: xy * KM)


def distances(a, b):
    """How far points of a, 500 m apart, lie from b, km."""
    lines = [p for p in shapely.get_parts(a) if p.length > 0]
    points = np.concatenate([shapely.line_interpolate_point(p, np.arange(0, p.length, .5)) for p in lines])
    return shapely.distance(points, b)


def main():
    """Prints the table."""
    ours = {f['properties']['country']: shape(f['geometry']) for f in json.loads((OUT / 'countries.geojson').read_text(encoding='utf-8'))['features']}
    theirs = zones()
    print('border     ours from theirs, km: 50%  90%  95%    theirs from ours: 50%  90%  95%')
    for pair in PAIRS:
        a, b = border(ours, *pair, 1e-6), border(theirs, *pair, 1e-5)
        there, back = (np.percentile(distances(*d), (50, 90, 95)) for d in ((a, b), (b, a)))
        print('%s-%s %37.2f %4.2f %4.2f %24.2f %4.2f %4.2f' % (*pair, *there, *back))


main()

"""Ordinary questions answered as shapely (GEOS) answers them, over our own collections.

Usage: python3 relations.py PROGRAM; BENIGN says how many geometries are asked about (100 unless it does).
"""

import json
import math
import os
import random
import sys
import urllib.request

import shapely
from server import serving

COLLECTIONS = ('districts', 'lines', 'corridors', 'places')
RELATIONS = ('intersects', 'within', 'contains', 'crosses', 'touches', 'overlaps', 'disjoint', 'equals')
chance = random.Random(int(os.environ.get('SEED', '1')))


def place(spread=1.5):
    return 46.5 + chance.uniform(-spread, spread), 39.7 + chance.uniform(-spread, spread) * 0.7


def shape():
    """What people ask about: boxes, circles, blobs, areas with a hole, lines, several of them, points."""
    x, y = place()
    size = 10 ** chance.uniform(-2, 0.3)
    around = [i * math.tau / 24 for i in range(24)]
    circle = [(x + size * math.cos(a), y + size * math.sin(a)) for a in around]
    line = [(x + chance.gauss(0, size), y + chance.gauss(0, size)) for _ in range(chance.randrange(2, 9))]
    kind = chance.randrange(8)
    if kind == 0:
        return shapely.box(x, y, x + size, y + size)
    if kind == 1:
        return shapely.Polygon(circle)
    if kind == 2:
        return shapely.Polygon([(x + (px - x) * chance.uniform(0.3, 1), y + (py - y) * chance.uniform(0.3, 1)) for px, py in circle])
    if kind == 3:
        return shapely.Polygon(circle, [[(x + (px - x) / 2, y + (py - y) / 2) for px, py in reversed(circle)]])
    if kind == 4:
        return shapely.LineString(line)
    if kind == 5:
        return shapely.MultiLineString([line, [(a + size, b) for a, b in line]])
    if kind == 6:
        return shapely.MultiPoint(line)
    return shapely.Point(x, y)


def post(url, question):
    headers = {'Content-Type': 'application/json'}
    request = urllib.request.Request(url + '/query', json.dumps(question).encode(), headers)
    return json.load(urllib.request.urlopen(request, timeout=60))


with serving(sys.argv[1]) as url:
    features = {}
    for name in COLLECTIONS:
        text = urllib.request.urlopen(f'{url}/collections/{name}/items?f=geojson&limit=10000').read()
        features[name] = [(str(f['id']), shapely.from_geojson(json.dumps(f['geometry']))) for f in json.loads(text)['features']]
    known = [g for all_of_one in features.values() for _, g in all_of_one]
    asked = unlike = 0
    for turn in range(int(os.environ.get('BENIGN', '100'))):
        # Now and then a geometry that is there already: borders and ends that are the same.
        geometry = chance.choice(known) if turn % 10 == 0 else shape()
        if shapely.get_num_coordinates(geometry) > 9_000 or not geometry.is_valid:
            continue
        relation = chance.choice(RELATIONS)
        answer = post(url, {relation: json.loads(shapely.to_geojson(geometry)), 'limit': 10000, 'skipGeometry': True, 'collections': list(COLLECTIONS)})
        got = {(f['collection'], f['id']) for f in answer['features']}
        want = {(name, i) for name in COLLECTIONS for i, g in features[name] if getattr(g, relation)(geometry)}
        asked += 1
        if got != want:
            unlike += 1
            print('FAIL', relation, geometry.wkt[:200], 'only here:', sorted(got - want)[:3], 'only there:', sorted(want - got)[:3])
print(f'{asked} geometries, each held against {sum(map(len, features.values()))} features: {unlike} unlike')
sys.exit(1 if unlike or asked == 0 else 0)

"""Random questions to random data, answered as shapely answers them over the same data taken on an endless strip.

Usage: python3 questions.py PROGRAM; QUESTIONS says how many (200 unless it does), SEED which. Ten collections: apart,
overlapping, crossing themselves, of several parts, with holes, lines and points; some across the antimeridian and written
in each way that is, all dated in each way that is.
"""

import json
import math
import os
import pathlib
import random
import sys
import tempfile
import urllib.error
import urllib.request
from datetime import date, timedelta

import shapely
from server import serving
from shapely import affinity

chance = random.Random(int(os.environ.get('SEED', '1')))
COUNT = int(os.environ.get('QUESTIONS', '200'))
FIRST = date(2000, 1, 1)


def day(n):
    return FIRST + timedelta(days=n)


def blob(x, y, size, corners=12):
    around = [i * math.tau / corners for i in range(corners)]
    far = [size * chance.uniform(0.4, 1) for _ in around]
    return [(x + r * math.cos(a), y + r * math.sin(a)) for a, r in zip(around, far)]


def areas(x, y, size):
    return shapely.Polygon(blob(x, y, size))


def holed(x, y, size):
    return shapely.Polygon(blob(x, y, size), [[(x + (a - x) / 4, y + (b - y) / 4) for a, b in blob(x, y, size)]])


def several(x, y, size):
    return shapely.MultiPolygon([areas(x, y, size), areas(x + 2.5 * size, y, size)])


def overlapping(x, y, size):
    return shapely.MultiPolygon([areas(x, y, size), areas(x + size / 2, y + size / 3, size)])


def bow(x, y, size):
    a, b = size, size * chance.uniform(0.5, 1)
    return shapely.Polygon([(x, y), (x + a, y + b), (x + a, y), (x, y + b)])


def line(x, y, size):
    return shapely.LineString([(x + chance.gauss(0, size), y + chance.gauss(0, size)) for _ in range(5)])


def point(x, y, size):
    return shapely.Point(x, y)


# Name, shape, the middle of the collection, whether its features have an end.
COLLECTIONS = [
    ('apart', areas, 46), ('over one another', several, 46), ('holes', holed, 46), ('crossing', bow, 46), ('twice', overlapping, 46),
    ('lines', line, 46), ('points', point, 46), ('far east', areas, 180), ('far holes', holed, 180), ('far lines', line, 180),
]


def whole(geometry):
    """What is painted of it."""
    if not geometry.geom_type.endswith('Polygon'):
        return geometry
    return shapely.union_all([shapely.make_valid(part) for part in shapely.get_parts(geometry)])


def written(geometry, way):
    """As GeoJSON of the Earth: with longitudes that run on, or within 180, or cut."""
    text = json.loads(shapely.to_geojson(geometry))

    def moved(c):
        return [moved(i) for i in c] if isinstance(c[0], list) else [(c[0] + 180) % 360 - 180, c[1]]
    if way == 'within':
        text['coordinates'] = moved([text['coordinates']])[0] if isinstance(text['coordinates'][0], list) else moved(text['coordinates'])
    if way == 'cut':
        west = shapely.intersection(geometry, shapely.box(-180, -90, 180, 90))
        east = affinity.translate(shapely.intersection(geometry, shapely.box(180, -90, 540, 90)), -360)
        parts = [p for g in (west, east) for p in shapely.get_parts(g) if p.geom_type == geometry.geom_type.removeprefix('Multi')]
        kind = 'Multi' + geometry.geom_type.removeprefix('Multi')
        text = {'type': kind, 'coordinates': [json.loads(shapely.to_geojson(p))['coordinates'] for p in parts]}
    return text


def rounded(geometry):
    return shapely.transform(geometry, lambda c: c.round(6))


def made():
    """Documents, and for each what is in it: id, geometry on the strip, first and last day, a number."""
    documents, features = {}, {}
    for number, (name, shape, middle) in enumerate(COLLECTIONS):
        timing = ('interval', 'instant', 'from-on')[number % 3]
        own, out = [], []
        for i in range(60):
            at = middle + chance.uniform(-4, 4), chance.uniform(-4, 4) + (39 if middle < 180 else -17)
            geometry = rounded(shape(*at, 10 ** chance.uniform(-1, 0.2)))
            begin = chance.randrange(3_000)
            end = begin + chance.randrange(1, 900) if timing == 'interval' and chance.random() < 0.8 else None
            last = {'interval': end and end - 1, 'instant': begin, 'from-on': None}[timing]
            out.append((str(i), whole(geometry), begin, last, i % 7))
            ways = ['on', 'within', 'cut'] if middle == 180 and geometry.geom_type != 'Point' else ['on']
            properties = {'valid_from': str(day(begin)), 'valid_to': end and str(day(end)), 'n': i % 7}
            own.append({'type': 'Feature', 'id': str(i), 'properties': properties, 'geometry': written(geometry, chance.choice(ways))})
        documents[name] = {'type': 'FeatureCollection', 'time': timing, 'features': own}
        features[name] = out
    return documents, features


def ask(url, question):
    """The answer, or why there is none."""
    request = urllib.request.Request(url + '/query', json.dumps(question).encode(), {'Content-Type': 'application/json'})
    try:
        return json.load(urllib.request.urlopen(request, timeout=60)), None
    except urllib.error.HTTPError as e:
        return None, (e.code, json.load(e)['detail'])


documents, features = made()
with tempfile.TemporaryDirectory() as folder:
    arguments = []
    for name, document in documents.items():
        path = pathlib.Path(folder, f'{name}.geojson')
        path.write_text(json.dumps(document))
        arguments += ['--data', str(path)]
    with serving(sys.argv[1], *arguments) as url:
        unlike = refused = found = 0
        for turn in range(COUNT):
            name, _, middle = COLLECTIONS[turn % len(COLLECTIONS)]
            at = middle + chance.uniform(-4, 4), chance.uniform(-4, 4) + (39 if middle < 180 else -17)
            size = 10 ** chance.uniform(-1, 0.6)
            place = rounded(chance.choice([areas, holed, several, line, point])(*at, size))
            if not place.is_valid:
                continue
            relation = chance.choice(['intersects', 'intersects', 'within', 'contains', 'disjoint', 'crosses'])
            way = chance.choice(['on', 'within', 'cut']) if middle == 180 and place.geom_type != 'Point' else 'on'
            question = {relation: written(place, way), 'collections': [name], 'limit': 10_000, 'skipGeometry': True}
            first, last = 0, 100_000
            if chance.random() < 0.5:
                first = chance.randrange(3_000)
                last = first + chance.choice([0, 30, 400])
                question['datetime'] = str(day(first)) if first == last else f'{day(first)}/{day(last)}'
            most = chance.choice([None, None, 3])
            if most is not None:
                question['filter'] = f'n <= {most}'
            answer, why = ask(url, question)
            if why:
                refused += 1
                if why[0] != 400:
                    unlike += 1
                    print('FAIL', question, why)
                continue
            want = {
                i for i, g, begin, end, n in features[name]
                if begin <= last and (end is None or end >= first) and (most is None or n <= most) and getattr(g, relation)(place)
            }
            got = {f['id'] for f in answer['features']}
            found += len(got)
            if got != want:
                unlike += 1
                print('FAIL', name, relation, way, place.wkt[:300], 'only here:', sorted(got - want)[:3], 'only there:', sorted(want - got)[:3], question.get('datetime'))
print(f'{COUNT} questions over {len(COLLECTIONS)} collections, {found} features found: {unlike} unlike, {refused} refused with a reason')
sys.exit(1 if unlike or not found else 0)

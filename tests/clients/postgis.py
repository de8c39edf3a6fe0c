"""Random CQL2 filters and spatial relations: the same features as PostGIS finds in the same data; and geodesic measures:
the same as GeographicLib's.
Usage: python postgis.py PROGRAM [FILTERS]"""
import json
import random
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

from geographiclib.geodesic import Geodesic

from postgres import database
from server import serving

geodata = Path(__file__).parents[2] / 'geodata'
failures = []


def ask(url, **members):
    with urllib.request.urlopen(f'{url}?{urllib.parse.urlencode(members)}') as answer:
        return json.load(answer)


def found(url, collection, condition):
    features = ask(f'{url}/collections/{collection}/items', filter=condition, limit=100000, skipGeometry='true')['features']
    return {str(f['id']) for f in features}


def load(connection, name, features):
    """A table of the collection: its properties as JSON, the geometry with an index."""
    connection.execute(f'CREATE TABLE "{name}" (id text, p jsonb, geometry geometry)')
    with connection.cursor() as cursor:
        rows = [(str(f['id']), json.dumps(f['properties']), json.dumps(f['geometry'])) for f in features]
        cursor.executemany(f'INSERT INTO "{name}" VALUES (%s, %s, ST_SetSRID(ST_GeomFromGeoJSON(%s), 0))', rows)
    connection.execute(f'CREATE INDEX ON "{name}" USING gist (geometry)')


def shape(pick, span, step):
    """Well-known text of a random point, line, box or triangle on a grid, so that shapes often touch."""
    west, south, east, north = span

    def on_grid(low, high):
        return round(low + pick.randrange(int((high - low) / step) + 1) * step, 6)

    kind = pick.choice(['POINT', 'LINESTRING', 'POLYGON', 'BOX', 'MULTIPOINT'])
    x, y = on_grid(west, east), on_grid(south, north)
    a, b = x + pick.randint(1, 4) * step, y + pick.randint(1, 4) * step
    return {'POINT': f'POINT({x} {y})', 'LINESTRING': f'LINESTRING({x} {y},{a} {b},{a} {y})',
            'POLYGON': f'POLYGON(({x} {y},{a} {y},{a} {b},{x} {y}))', 'BOX': f'POLYGON(({x} {y},{a} {y},{a} {b},{x} {b},{x} {y}))',
            'MULTIPOINT': f'MULTIPOINT(({x} {y}),({a} {b}))'}[kind]


def leaf(pick, values):
    """A condition in CQL2 and in SQL."""
    def text(value):
        return "'" + value.replace("'", "''") + "'"

    numbers = [k for k, v in values.items() if v and all(isinstance(n, (int, float)) and not isinstance(n, bool) for n in v)]
    words = [k for k, v in values.items() if v and all(isinstance(t, str) for t in v)]
    dates = [k for k in words if k in ('valid_from', 'valid_to', 'date')]
    words = [k for k in words if k not in dates]
    kinds = ['text', 'like', 'null', 'in', 'shape', 'shape', 'fold'] + ['number', 'between', 'sum'] * bool(numbers) + ['date', 'time'] * bool(dates)
    kind = pick.choice(kinds)
    if kind in ('number', 'between', 'sum'):
        name = pick.choice(numbers)
        column, value = f"(p->>'{name}')::float8", pick.choice(values[name])
        if kind == 'between':
            low, high = sorted([value, pick.choice(values[name])])
            return f'"{name}" BETWEEN {low} AND {high}', f'{column} BETWEEN {low} AND {high}'
        sign = pick.choice(['=', '<>', '<', '<=', '>', '>='])
        if kind == 'sum':
            return f'"{name}" * 2 - 10 {sign} {value} + 3.5', f'{column} * 2 - 10 {sign} {value} + 3.5'
        return f'"{name}" {sign} {value}', f'{column} {sign} {value}'
    if kind == 'shape':
        relation = pick.choice(['intersects', 'equals', 'disjoint', 'touches', 'within', 'overlaps', 'crosses', 'contains'])
        wkt = shape(pick, (44.5, 38.6, 48.5, 41.4), 0.3)
        return f's_{relation}(geometry, {wkt})', f"ST_{relation}(geometry, 'SRID=0;{wkt}')"
    if kind in ('date', 'time'):
        name = pick.choice(dates)
        column, value = f"(p->>'{name}')::date", pick.choice(values[name])
        if kind == 'date':
            sign = pick.choice(['=', '<>', '<', '<=', '>', '>='])
            return f'"{name}" {sign} DATE(\'{value}\')', f"{column} {sign} DATE '{value}'"
        word, sign = pick.choice([('after', '>'), ('before', '<'), ('equals', '='), ('disjoint', '<>'), ('intersects', '=')])
        return f'T_{word}("{name}", DATE(\'{value}\'))', f"{column} {sign} DATE '{value}'"
    name = pick.choice(words)
    column, value = f"(p->>'{name}') COLLATE \"C\"", pick.choice(values[name])
    if kind == 'like':
        at = pick.randrange(len(value))
        pattern = pick.choice([value[:at] + '%', '%' + value[at:], '%' + value[at:at + 2] + '%', value[:at] + '_' + value[at + 1:]])
        no = pick.choice(['', 'NOT '])
        return f'"{name}" {no}LIKE {text(pattern)}', f'{column} {no}LIKE {text(pattern)}'
    if kind == 'null':
        no = pick.choice(['', 'NOT '])
        return f'"{name}" IS {no}NULL', f'{column} IS {no}NULL'
    if kind == 'in':
        listed = ', '.join(text(v) for v in pick.sample(values[name], min(3, len(values[name]))))
        return f'"{name}" IN ({listed})', f'{column} IN ({listed})'
    if kind == 'fold':
        return f'CASEI("{name}") = CASEI({text(value.upper())})', f'lower({column}) = lower({text(value.upper())})'
    sign = pick.choice(['=', '<>', '<', '<=', '>', '>='])
    return f'"{name}" {sign} {text(value)}', f'{column} {sign} {text(value)}'


def condition(pick, values, depth):
    if depth == 0 or pick.random() < 0.3:
        return leaf(pick, values)
    (a, x), (b, y) = condition(pick, values, depth - 1), condition(pick, values, depth - 1)
    word = pick.choice(['AND', 'OR', 'NOT'])
    return (f'NOT ({a})', f'NOT ({x})') if word == 'NOT' else (f'({a} {word} {b})', f'({x} {word} {y})')


def filters(url, connection, count):
    pick, some = random.Random(200), 0
    for name in ('places', 'districts', 'control', 'rivers', 'events', 'lines'):
        load(connection, name, json.loads((geodata / f'{name}.geojson').read_text())['features'])
    tables = ['places', 'districts', 'control', 'rivers', 'events', 'lines']
    for i in range(count):
        name = tables[i % len(tables)]
        rows = connection.execute(f'SELECT p FROM "{name}"').fetchall()
        # Letters whose case the two fold by different rules are left out: dotted and dotless i.
        values = {}
        for (properties,) in rows:
            for key, value in properties.items():
                plain = not isinstance(value, str) or (value and all(c < '\u0130' and c not in "'\\%_" for c in value))
                if isinstance(value, (int, float, str)) and plain:
                    values.setdefault(key, []).append(value)
        cql, sql = condition(pick, values, 3)
        theirs = {row[0] for row in connection.execute(f'SELECT id FROM "{name}" WHERE {sql.replace("%", "%%")}', [])}
        ours = found(url, name, cql)
        some += 0 < len(theirs) < len(rows)
        if ours != theirs:
            failures.append(f'{name}: {cql}: {sorted(ours ^ theirs)[:5]}')
    print(f'{count} random filters, {some} of them neither all nor nothing: {len(failures)} unlike PostGIS')


def relations(url, connection, shapes):
    load(connection, 'shapes', shapes)
    pick, wrong, hits = random.Random(8), len(failures), 0
    for i in range(80):
        wkt = shape(pick, (0, 0, 10, 10), 1)
        for relation in ('intersects', 'equals', 'disjoint', 'touches', 'within', 'overlaps', 'crosses', 'contains'):
            sql = f"SELECT id FROM shapes WHERE ST_{relation}(geometry, 'SRID=0;{wkt}')"
            theirs = {row[0] for row in connection.execute(sql)}
            ours = found(url, 'shapes', f's_{relation}(geometry, {wkt})')
            hits += len(theirs)
            if ours != theirs:
                failures.append(f'{relation} {wkt}: {sorted(ours ^ theirs)[:5]}')
    print(f'8 relations of {len(shapes)} shapes to 80 others, {hits} that hold: {len(failures) - wrong} questions unlike PostGIS')


def geodesics(url):
    earth, pick, worst = Geodesic.WGS84, random.Random(9), 0
    for feature in ask(f'{url}/query', filter='TRUE', collections='districts,buffer-territories,rivers,lines', limit=10000)['features']:
        shape = feature['geometry']
        if 'area_km2' in feature:
            polygons = [shape['coordinates']] if shape['type'] == 'Polygon' else shape['coordinates']
            total = sum(abs(area(ring)) * (1 if i == 0 else -1) for polygon in polygons for i, ring in enumerate(polygon)) / 1e6
            off = abs(feature['area_km2'] - total)
            worst = max(worst, off / total)
            # Ours is measured on the data, theirs on the answer's six digits.
            if off > 0.001 + total * 1e-5:
                failures.append(f"area of {feature['id']}: {feature['area_km2']}, not {total}")
        if 'length_km' in feature:
            lines = [shape['coordinates']] if shape['type'] == 'LineString' else shape['coordinates']
            total = sum(earth.Inverse(a[1], a[0], b[1], b[0])['s12'] for line in lines for a, b in zip(line, line[1:], strict=False)) / 1e3
            if abs(feature['length_km'] - total) > 0.001 + total * 1e-5:
                failures.append(f"length of {feature['id']}: {feature['length_km']}, not {total}")
    for _ in range(300):
        lon, lat = round(pick.uniform(44, 49), 5), round(pick.uniform(38.5, 41.5), 5)
        near = ask(f'{url}/query', near=f'{lon},{lat}', k=1, collections='places')['features'][0]
        at = near['geometry']['coordinates']
        meters = earth.Inverse(lat, lon, at[1], at[0])['s12']
        if near['geometry']['type'] == 'Point' and abs(near['distance_m'] - meters) > 0.11:
            failures.append(f"distance {lon},{lat} to {near['id']}: {near['distance_m']}, not {meters}")
    print(f'areas, lengths and 300 distances as GeographicLib has them; areas within {worst:.1e}')


def area(ring):
    polygon = Geodesic.WGS84.Polygon()
    for lon, lat in ring[:-1]:
        polygon.AddPoint(lat, lon)
    return polygon.Compute(False, True)[2]


program, count = sys.argv[1], int((sys.argv[2:] or ['200'])[0])
with database() as connection, tempfile.TemporaryDirectory() as folder:
    pick, shapes = random.Random(7), []
    for i in range(300):
        text = shape(pick, (0, 0, 10, 10), 1)
        geometry = connection.execute('SELECT ST_AsGeoJSON(ST_GeomFromText(%s))', [text]).fetchone()[0]
        shapes.append({'type': 'Feature', 'id': f's{i}', 'properties': {}, 'geometry': json.loads(geometry)})
    path = Path(folder) / 'shapes.geojson'
    path.write_text(json.dumps({'type': 'FeatureCollection', 'features': shapes}))
    with serving(program, '--data', str(path)) as url:
        filters(url, connection, count)
        relations(url, connection, shapes)
        geodesics(url)
print('\n'.join(failures[:30]))
print(f'{len(failures)} failures')
sys.exit(bool(failures))

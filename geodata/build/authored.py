"""Layers authored from tables of vertices, each vertex with its basis: roads, small rivers, reservoirs, corridors, towns, events."""
import math
from functools import lru_cache

import shapely
from shapely import affinity
from shapely.geometry import LineString, MultiLineString, Point, Polygon
from shapely.ops import substring, transform
from pyproj import Transformer

import terrain
from features import CC0, G, feature, km, km2, names, polys, save, table

SCHEMA = 'conflict'
LOCAL = '+proj=aeqd +lat_0=39.7 +lon_0=46.7 +datum=WGS84 +units=m'
TO_M = Transformer.from_crs('EPSG:4326', LOCAL, always_xy=True).transform
TO_DEGREES = Transformer.from_crs(LOCAL, 'EPSG:4326', always_xy=True).transform
HALF_WIDTH_M = 2500                             # the corridor is 5 km wide (statement of 10 Nov 2020, clause 6)


@lru_cache
def vertices(feature_id):
    """The vertices of one feature, in order."""
    return tuple((float(r['lon']), float(r['lat'])) for r in table('vertices.csv') if r['feature_id'] == feature_id)


BANK_DEGREES = 0.0045                           # half a kilometre


def link(iran):
    """The link along the Aras: its towns, and between them a line half a kilometre from the border with Iran."""
    rows = [r for r in table('vertices.csv') if r['feature_id'] == 'meghri-link-2020']
    points = [Point(float(r['lon']), float(r['lat'])) for r in rows]
    towns = [p for p, r in zip(points, rows) if not r['basis'].startswith('Natural Earth')]
    bank = max(polys(iran.buffer(BANK_DEGREES)), key=lambda p: p.area).exterior
    course = substring(bank, *sorted(bank.project(points[i]) for i in (1, -2)))
    if Point(course.coords[0]).distance(towns[0]) > Point(course.coords[-1]).distance(towns[0]):
        course = course.reverse()
    return shapely.set_precision(LineString([towns[0], *course.simplify(.0008).coords, towns[-1]]), 1e-6)


@lru_cache
def attributes(feature_id):
    """The properties of one feature from authored.csv."""
    row = next(dict(r) for r in table('authored.csv') if r['id'] == feature_id)
    row.pop('layer')
    row['accuracy_m'] = int(row['accuracy_m'])
    return row


def centreline(course):
    """A smooth course through the control points: a uniform cubic B-spline, resampled every 250 m, so that it bends gently enough
    for a strip 5 km wide to stay 5 km wide."""
    p = [TO_M(*c) for c in vertices(course)]
    p = [(2 * p[0][0] - p[1][0], 2 * p[0][1] - p[1][1])] + p + [(2 * p[-1][0] - p[-2][0], 2 * p[-1][1] - p[-2][1])]
    dense = []
    for i in range(1, len(p) - 2):
        for k in range(50):
            t = k / 50
            b = ((1 - t) ** 3 / 6, (3 * t ** 3 - 6 * t * t + 4) / 6, (-3 * t ** 3 + 3 * t * t + 3 * t + 1) / 6, t ** 3 / 6)
            dense.append(tuple(sum(b[j] * p[i - 1 + j][a] for j in range(4)) for a in (0, 1)))
    line = LineString(dense + [p[-2]])
    n = max(2, round(line.length / 250))
    return transform(TO_DEGREES, LineString([line.interpolate(i / n, normalized=True) for i in range(n + 1)]))


def side(line, metres):
    """Points to the right (positive) or left of a line, each at its geodesic distance, perpendicular to the course there."""
    points = list(line.coords)
    out = []
    for i, (lon, lat) in enumerate(points):
        a, b = points[max(i - 1, 0)], points[min(i + 1, len(points) - 1)]
        azimuth = G.inv(*a, *b)[0]
        out.append(G.fwd(lon, lat, azimuth + 90, metres)[:2])
    return out


def strip(course):
    """The corridor's strip, 5 km wide: both sides set off from the centreline along geodesics."""
    line = centreline(course)
    return Polygon(side(line, -HALF_WIDTH_M) + side(line, HALF_WIDTH_M)[::-1])


def corridor_features(azerbaijan, armenia, whole):
    """The Lachin corridor's two courses (strip and centreline), the link along the Aras, and the Key West pair."""
    out = []
    for course in ('lachin-corridor-2020', 'lachin-corridor-2022'):
        properties = attributes(course)
        area = shapely.set_precision(strip(course).intersection(azerbaijan), 1e-6)
        area = max(getattr(area, 'geoms', [area]), key=lambda g: g.area)
        status = properties['status']
        out.append(feature(area, **{**properties, 'kind': 'corridor', 'status': status, 'width_km': 5, 'area_km2': round(km2(area), 1),
                   'note': properties['note'] + ' Set off 2.5 km each side along geodesics and cut at the state border.'}))
        out.append(feature(centreline(course), **{**properties, 'id': course + '-centreline', 'length_km': round(km(centreline(course)), 1)}))
    out.append(feature(whole, **{**attributes('meghri-link-2020'), **LINK_NAMES, 'length_km': round(km(whole), 1)}))
    inside = [whole.project(Point(c)) for c in shapely.get_coordinates(whole.intersection(armenia))]
    armenian = substring(whole, min(inside), max(inside))
    out.append(feature(armenian, **{**attributes('tripp-2025'), **TRIPP_NAMES, 'length_km': round(km(armenian), 1),
               'length_km_reported': '42-43'}))
    for account, row in zip(('Azerbaijan', 'Armenia'), KEY_WEST):
        for part, line in (('meghri', armenian), ('lachin', centreline('lachin-corridor-2020'))):
            out.append(feature(line, id=f'key-west-2001-{account.lower()}-{part}', **{**KEY_WEST_NAMES[account], **KEY_WEST_COMMON},
                       account=account, part=part, role=row[part], note=row['note'] + KEY_WEST_DOUBT))
    return out


LINK_NAMES = {'name': 'Meghri / Zangezur link', 'name:en': 'Meghri / Zangezur link, Horadiz - Ordubad', 'name:hy': 'Մեղրիի ճանապարհ',
              'name:az': 'Zəngəzur dəhlizi', 'name:ru': 'Мегринский (Зангезурский) путь'}
TRIPP_NAMES = {'name': 'TRIPP', 'name:hy': 'TRIPP', 'name:az': 'TRIPP', 'name:ru': 'TRIPP'}
KEY_WEST = (
    {'meghri': 'sovereign passage to Azerbaijan', 'lachin': 'to Armenia',
     'note': "Azerbaijan's account: Meghri under Azerbaijan's sovereign control, the Lachin corridor under Armenia's; an even exchange, "
             'agreed in Paris in March 2001 and then given up by Armenia, as President H. Aliyev said in 2002.'},
    {'meghri': 'transit rights only', 'lachin': 'to Armenia',
     'note': "Armenia's account: Lachin to Armenia, and for Azerbaijan only unhindered transit by Meghri with no change of sovereignty; "
             'given up by Azerbaijan, as officials in Yerevan said in 2002.'},
)
KEY_WEST_DOUBT = (' No text or map was published: the lines are schematic (Meghri along the Aras, Lachin along the later corridor), the width is '
                  'unknown. The end date is only when the talks stalled.')
KEY_WEST_NAMES = {a: {'name': f"Key West 2001, {a}'s account", 'name:en': f"Key West 2001, {a}'s account", 'name:hy': f'Քի Ուեսթ 2001 ({hy})',
                      'name:az': f'Ki-Uest 2001 ({az})', 'name:ru': f'Ки-Уэст 2001 ({ru})'}
                  for a, hy, az, ru in (('Azerbaijan', 'ըստ Ադրբեջանի', 'Azərbaycana görə', 'по версии Азербайджана'),
                                        ('Armenia', 'ըստ Հայաստանի', 'Ermənistana görə', 'по версии Армении'))}
KEY_WEST_COMMON = {'kind': 'proposal', 'status': 'proposed', 'valid_from': '2001-04-03', 'valid_to': '2001-07-01', 'accuracy_m': 10000,
                   'license': CC0, 'source': 'RFE/RL Armenian Service, "Armenia Denies Aliev\'s Claims On Land Swap Deal" '
                   '(azatutyun.am/a/1567922.html); T. de Waal, Black Garden (2003), ch. 17'}


def ellipse(lon, lat, area_km2, ratio, azimuth):
    """An ellipse of a geodesic area round a centre, its long axis towards `azimuth` (degrees)."""
    a = math.sqrt(area_km2 * 1e6 * ratio / math.pi)
    points = []
    for i in range(32):
        t = 2 * math.pi * i / 32
        bearing = azimuth + math.degrees(math.atan2(a / ratio * math.sin(t), a * math.cos(t)))
        points.append(G.fwd(lon, lat, bearing, math.hypot(a * math.cos(t), a / ratio * math.sin(t)))[:2])
    shape = Polygon(points)
    k = math.sqrt(area_km2 / km2(shape))
    return affinity.scale(shape, k, k, origin=(lon, lat))


def reservoirs():
    """Sarsang and Khudaferin, as their valleys have them: Sarsang of the published area, its dam where the middle comes nearest to the published
    place; Khudaferin of the published volume behind its dam."""
    waters = {r['id']: r for r in table('waters.csv')}
    valley = terrain.run(46.344444, 40.145556, lambda r, c: terrain.middle(r, c)[1] > 40.3)
    below = [terrain.middle(*c) for c in valley if 46.6 < terrain.middle(*c)[0] < 46.67 and terrain.middle(*c)[1] < 40.23]
    valley = terrain.Valley(valley)
    found = [valley.reservoir(dam, lambda area, _: area >= 14.2) for dam in below]
    sarsang = min(found, key=lambda f: terrain.nearest_km(f[0].centroid, 46.6171, 40.1814))
    aras = terrain.run(46.5, 38.89, lambda r, c: terrain.middle(r, c)[0] > 46.95)
    khudaferin = terrain.Valley(aras).reservoir((46.883056, 39.1525), lambda _, volume: volume >= 1.612)
    for name, (shape, level) in (('Sarsang', sarsang), ('Khudaferin', khudaferin)):
        print('  %s: level %.0f m, %.1f km2, middle %.3f %.3f' % (name, level, km2(shape), *shape.centroid.coords[0]))
    return [feature(shape, **{**attributes(i), **names(waters[i + '-reservoir']), 'name': waters[i + '-reservoir']['name_en'],
                              'area_km2': round(km2(shape), 1)}) for i, (shape, _) in (('sarsang', sarsang), ('khudaferin', khudaferin))]


PLAIN_M = 300                                   # below, the heights no longer say where water runs
PLAIN_ACCURACY_M = {'tartar-river-plain': 4000, 'khachen-plain': 8000}


def courses(aras, armenia):
    """The small rivers as they run by the heights; in the plain, straight between known points."""
    hakari = terrain.run(*vertices('hakari')[0], lambda r, c: terrain.nearest_km(aras, *terrain.middle(r, c)) < 1)
    of_hakari = set(hakari)
    vorotan = terrain.run(*vertices('vorotan')[0], lambda *at: at in of_hakari)
    mouth = terrain.line(hakari).coords[-1]
    out = {'hakari': LineString([*terrain.line(hakari).coords, shapely.shortest_line(Point(mouth), aras).coords[1]])}
    whole = terrain.line(vorotan)
    at = max(whole.project(Point(c)) for c in shapely.get_coordinates(whole.intersection(armenia.boundary)))
    out |= {'vorotan': substring(whole, 0, at), 'bargushad': substring(whole, at, whole.length)}
    for i in ('tartar-river', 'khachen'):
        hills = terrain.line(terrain.run(*vertices(i)[0], lambda *at: terrain.heights()[at] < PLAIN_M))
        end = hills.coords[-1]
        out |= {i: hills, i + '-plain': LineString([end, *(v for v in vertices(i) if v[0] > end[0] + .02)])}
    return out


def rivers(aras, armenia):
    """The small rivers, with how far known places lie from them."""
    waters = {r['id']: r for r in table('waters.csv')}
    out = []
    for i, line in courses(aras, armenia).items():
        whole = i.removesuffix('-plain')
        properties = attributes(whole)
        if i != whole:
            properties = properties | {'accuracy_m': PLAIN_ACCURACY_M[i], 'note': 'In the plain: straight between known points.'}
        else:
            print('  %-13s %5.1f km; from known points, km: %s' % (i, km(line), ' '.join('%.2f' % terrain.nearest_km(line, *v) for v in vertices(i))))
        row = waters[whole.removesuffix('-river')]
        out.append(feature(line, **{**properties, **names(row), 'id': i, 'name': row['name_en'], 'length_km': round(km(line), 1)}))
    return out


def roads(along_aras):
    """Roads, straight between known settlements and passes."""
    out = []
    for row in table('authored.csv'):
        if row['layer'] == 'roads':
            line = along_aras if row['id'] == 'road-horadiz-ordubad' else LineString(vertices(row['id']))
            out.append(feature(line, **{**attributes(row['id']), 'length_km': round(km(line), 1)}))
    save('roads.geojson', 'Roads', out, SCHEMA, time='from-on')


def cities():
    """Shusha and Stepanakert through time: a point and a generalised town area for each status."""
    places = {r['id']: r for r in table('places.csv')}
    shapes = {'Shusha': ellipse(46.7499, 39.7601, 5.5, 1, 0), 'Stepanakert': ellipse(46.7528, 39.8177, 25.7, 1.5, 15)}
    basis = {'Shusha': 'A circle of 5.5 km2, a figure of common reference works; not the built-up outline.',
             'Stepanakert': 'An ellipse of the municipal area (25.7 km2, Wikipedia in French and Polish); not the built-up outline.'}
    out = []
    for row in table('status-shusha-stepanakert.csv'):
        city = row['city']
        place = next(r for r in places.values() if r['geonameid'] == {'Shusha': '147105', 'Stepanakert': '146970'}[city])
        common = {'name': place['name'], **names(place), 'holder': row['holder'], 'name_used': row['name_used'], 'valid_from': row['from'],
                  'valid_to': row['to'], 'source': row['source']}
        point = Point(float(place['lon']), float(place['lat']))
        out.append(feature(point, id=f'{city.lower()}-{row["from"]}', kind='city', status='de-facto', license='CC BY 4.0 (GeoNames coordinates)',
                   accuracy_m=500, note='Who held the town, and under which name.', **common))
        shape = shapes[city]
        out.append(feature(shape, id=f'{city.lower()}-area-{row["from"]}', kind='town-area', status='generalised', license=CC0,
                   accuracy_m=1000 if city == 'Shusha' else 2000, area_km2=round(km2(shape), 2), note=basis[city], **common))
    save('cities.geojson', 'Shusha and Stepanakert through time', out, SCHEMA)


def events():
    """Dated events; an event holds from its day on. `date_certainty` says whether it is of that day, of that month or about then."""
    out = [feature(Point(float(r['lon']), float(r['lat'])), id=r['id'], name=r['title'], **{'name:en': r['title']},
                   **({'alt_name': r['alt_name']} if r['alt_name'] else {}), kind='event', status='de-facto',
                   date=r['date'], date_certainty=r['date_certainty'], valid_from=r['date'], source=r['source'], license=CC0, accuracy_m=int(r['accuracy_m']),
                   description=r['description'], note='Position: ' + r['coordinate_basis'])
           for r in table('events.csv')]
    save('events.geojson', 'Events, 1988-2026', out, SCHEMA, time='instant')

"""A table of 100,000 points joined by us and by geopandas: who held each on its day, its district, the nearest place and line.
Usage: python batch.py PROGRAM"""
import io
import json
import random
import sys
import time
import urllib.request

import geopandas
import numpy
import pandas
import psutil

from server import serving

ROWS = 100_000
DAYS = ['1993-01-01', '1994-06-01', '2005-05-05', '2020-10-20', '2020-11-25', '2022-10-01', '2024-01-01']
failures = []


def check(what, is_right, detail=''):
    if not is_right:
        failures.append(f'{what}: {detail}')


def features(url, collection):
    with urllib.request.urlopen(f'{url}/collections/{collection}/items?limit=100000') as answer:
        frame = geopandas.GeoDataFrame.from_features(json.load(answer)['features'], crs='EPSG:4326')
    for end in ['valid_from', 'valid_to']:
        frame[end] = frame[end] if end in frame else None
    return frame


def on(frame, day):
    """What holds on a day: from its first day to the one before its last."""
    begun = frame.valid_from.isna() | (frame.valid_from.fillna('') <= day)
    return frame[begun & (frame.valid_to.isna() | (frame.valid_to.fillna('9999') > day))]


def is_same(ours, theirs):
    """The ids that points have, of several in whatever order."""
    return [set(filter(None, str(a).split('; '))) for a in ours] == [set(b) for b in theirs]


random.seed(1)
table = io.StringIO()
table.write('n,lon,lat,date\n')
for n in range(ROWS):
    table.write(f'{n},{random.uniform(45.2, 48.2):.5f},{random.uniform(38.7, 40.8):.5f},{random.choice(DAYS)}\n')
with serving(sys.argv[1]) as url:
    server = next(p for p in psutil.Process().children() if 'serve' in p.cmdline())
    before = server.memory_info().rss
    began = time.monotonic()
    request = urllib.request.Request(f'{url}/query', table.getvalue().encode(), {'content-type': 'text/csv'})
    with urllib.request.urlopen(request) as answer:
        text = answer.read().decode()
    seconds = time.monotonic() - began
    grown = (server.memory_info().rss - before) >> 20
    joined = pandas.read_csv(io.StringIO(text), keep_default_na=False)
    collections = {name: features(url, name) for name in ['control', 'districts', 'places', 'lines']}
check('rows', len(joined) == ROWS and (joined.error == '').all(), f'{len(joined)} rows')
for day, rows in joined.groupby('date'):
    points = geopandas.GeoDataFrame(rows, geometry=geopandas.points_from_xy(rows.lon, rows.lat), crs='EPSG:4326')
    for name in ['control', 'districts']:
        areas = on(collections[name], day)[['id', 'geometry']].rename(columns={'id': 'area'})
        inside = geopandas.sjoin(points, areas, predicate='intersects').groupby(level=0)['area'].apply(list)
        theirs = inside.reindex(points.index).apply(lambda found: found if isinstance(found, list) else [])
        check(f'{name} on {day}', is_same(points[f'{name}.id'], theirs), 'others')
    for name in ['places', 'lines']:
        near = on(collections[name], day)[['id', 'geometry']].rename(columns={'id': 'nearest'})
        near = near[~near.geometry.isna() & ~near.geometry.is_empty]
        if near.empty:
            check(f'{name} on {day}', (points[f'{name}.id'] == '').all(), 'some, where there are none')
            continue
        # A plane as good as to a few tenths of a per cent here.
        plane = geopandas.sjoin_nearest(points.to_crs('EPSG:32638'), near.to_crs('EPSG:32638'), distance_col='metres')
        plane = plane[~plane.index.duplicated()]
        ours = pandas.to_numeric(plane[f'{name}.distance_m'])
        # Its long edges are straight in that plane, ours in degrees: some metres apart.
        off = numpy.abs(ours - plane.metres) - 5 - 0.004 * plane.metres
        check(f'{name} on {day}', off.max() < 0, f'{off.max():.1f} m too far off')
        others = plane[plane[f'{name}.id'] != plane.nearest]
        check(f'{name} on {day}', len(others) < len(plane) / 500, f'{len(others)} of {len(plane)} are others')
print(f'{ROWS} points in {seconds:.1f} s, {grown} MB more in memory: holders and districts as geopandas has them, nearest places and lines, too')
for failure in failures[:20]:
    print('FAIL', failure)
sys.exit(1 if failures else 0)

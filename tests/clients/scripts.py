"""The map and its features in the scripts that people write: folium in Chromium, contextily, DuckDB, R.
Usage: python scripts.py PROGRAM [CHROMIUM [RSCRIPT]], '' where there is none."""
import collections
import glob
import io
import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import contextily
import duckdb
import duckdb_extension_httpfs
import duckdb_extension_spatial
import folium
import numpy
from PIL import Image

from server import serving

DAYS = ['2001-01-01', '2020-11-25']
# Two by two tiles of zoom 9 around Shusha: the first column and row.
ZOOM, COLUMN, ROW = 9, 322, 194
failures = []


def check(what, is_right, detail=''):
    if not is_right:
        failures.append(f'{what}: {detail}')


def pixels(file):
    return numpy.asarray(Image.open(file).convert('RGB')).astype(int)


def tile(url, day, x, y):
    return pixels(io.BytesIO(urllib.request.urlopen(f'{url}/styles/conflict/{ZOOM}/{x}/{y}.png?date={day}').read()))


def ours(url, day):
    return numpy.vstack([numpy.hstack([tile(url, day, COLUMN + x, ROW + y) for x in range(2)]) for y in range(2)])


def of_contextily(url):
    half = numpy.pi * 6378137
    side = 2 * half / 2 ** ZOOM
    west, north = COLUMN * side - half, half - ROW * side
    for day in DAYS:
        source = f'{url}/styles/conflict/{{z}}/{{x}}/{{y}}.png?date={day}'
        # A little within the tiles, so that it takes no others.
        image, _ = contextily.bounds2img(west + 1, north - 2 * side + 1, west + 2 * side - 1, north - 1, zoom=ZOOM, source=source)
        check(f'contextily {day}', numpy.array_equal(image[:, :, :3], ours(url, day)), image.shape)
    print(f'contextily {contextily.__version__}: the same pixels on', ', '.join(DAYS))


def of_folium(url, chromium, folder):
    for day in DAYS:
        # The middle of the four tiles, in a window of their size.
        n = 2 ** ZOOM
        lon = (COLUMN + 1) / n * 360 - 180
        lat = numpy.degrees(numpy.arctan(numpy.sinh(numpy.pi * (1 - 2 * (ROW + 1) / n))))
        page = folium.Map([lat, lon], zoom_start=ZOOM, tiles=None, zoom_control=False, attribution_control=False)
        folium.TileLayer(f'{url}/styles/conflict/{{z}}/{{x}}/{{y}}.png?date={day}', attr='contactline').add_to(page)
        html = page.get_root().render()
        # Leaflet from our server: nothing else is reached from here.
        html = re.sub(r'<script src="[^"]*leaflet(\.min)?\.js"', f'<script src="{url}/assets/leaflet.js"', html)
        html = re.sub(r'<link rel="stylesheet" href="[^"]*leaflet(\.min)?\.css"', f'<link rel="stylesheet" href="{url}/assets/leaflet.css"', html)
        html = re.sub(r'<(script src|link rel="stylesheet" href)="https:[^>]*>(</script>)?', '', html)
        file, shot = folder / f'folium-{day}.html', folder / f'folium-{day}.png'
        file.write_text(html)
        run = subprocess.run([chromium, '--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--hide-scrollbars',
                              f'--user-data-dir={folder}/chromium', '--window-size=512,512', '--virtual-time-budget=8000', f'--screenshot={shot}',
                              file.as_uri()], capture_output=True, text=True, timeout=120)
        drawn = pixels(shot) if shot.exists() else numpy.zeros((1, 1, 3), int)
        # Leaflet rounds where the middle is to a whole pixel.
        own = ours(url, day)[1:-1, 1:-1]
        shifted = [drawn[1 + y:511 + y, 1 + x:511 + x] for y in [-1, 0, 1] for x in [-1, 0, 1]]
        check(f'folium {day}', any(numpy.array_equal(part, own) for part in shifted), f'other pixels; {run.stderr[-500:]}')
    print(f'folium {folium.__version__}: in Chromium, our pixels on', ', '.join(DAYS))


def of_duckdb(url):
    connection = duckdb.connect()
    for module in [duckdb_extension_httpfs, duckdb_extension_spatial]:
        file = glob.glob(f'{Path(module.__file__).parent}/extensions/*/*.duckdb_extension')[0]
        connection.execute(f"LOAD '{file}'")
    for day in DAYS:
        items = f'{url}/collections/control/items?datetime={day}&limit=1000'
        asked = f'select control, sum(st_area_spheroid(st_flipcoordinates(geom))) / 1e6 from st_read(\'{items}\') group by 1'
        theirs = dict(connection.sql(asked).fetchall())
        counted = dict(connection.sql(f"select control, count(*) from read_csv('{items}&f=csv') group by 1").fetchall())
        answer = json.load(urllib.request.urlopen(f'{url}/query?collections=control&datetime={day}&sum_by=control'))
        groups = answer['sums']['groups']
        mine = {name: group['area_km2'] for name, group in groups.items()}
        near = all(abs(theirs.get(name, 0) - area) < 0.001 for name, area in mine.items())
        check(f'DuckDB {day}', theirs.keys() == mine.keys() and near, (theirs, mine))
        features = collections.Counter(f['properties']['control'] for f in answer['features'])
        check(f'DuckDB CSV {day}', counted == dict(features), (counted, features))
    print(f'DuckDB {duckdb.__version__}: features by ST_Read, rows by read_csv; areas as ours')


def of_r(url, rscript):
    script = 'library(sf); for (url in commandArgs(TRUE)) { x <- st_read(url, quiet=TRUE); a <- as.numeric(sum(st_area(x))); cat(nrow(x), a, "\\n") }'
    places = [f'{url}/collections/control/items?datetime={day}&limit=1000' for day in DAYS]
    run = subprocess.run([rscript, '-e', script, *places], capture_output=True, text=True, timeout=120)
    rows = [line.split() for line in run.stdout.splitlines() if line.strip()]
    check('R', len(rows) == len(DAYS), run.stderr)
    for day, (count, area) in zip(DAYS, rows):
        answer = json.load(urllib.request.urlopen(f'{url}/query?collections=control&datetime={day}&sum_by=control'))
        mine = sum(group['area_km2'] for group in answer['sums']['groups'].values())
        # sf measures on a sphere.
        check(f'R {day}', int(count) == answer['numberMatched'] and abs(float(area) / 1e6 / mine - 1) < 0.005, (count, area, mine))
    print('R: sf reads the features of', ', '.join(DAYS))


program, chromium, rscript = (sys.argv[1:] + ['', ''])[:3]
with serving(program) as url, tempfile.TemporaryDirectory() as folder:
    of_contextily(url)
    of_duckdb(url)
    if chromium:
        of_folium(url, chromium, Path(folder))
    else:
        print('skipped: folium: chromium is not here')
    if rscript:
        of_r(url, rscript)
    else:
        print('skipped: R: r-cran-sf is not here and could not be installed')
for failure in failures[:20]:
    print('FAIL', failure)
sys.exit(1 if failures else 0)

"""The map as GIS programs draw it from our tiles: GDAL, OWSLib and QGIS, on one day and another.
Usage: python maps.py PROGRAM [QGIS_PYTHON]"""
import json
import math
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import numpy
from owslib.wmts import WebMapTileService
from PIL import Image

from server import serving

# Two by two tiles of zoom 9 around Shusha.
ZOOM, COLUMN, ROW = 9, 322, 194
HALF = math.pi * 6378137
SIDE = 2 * HALF / 2 ** ZOOM
WEST, NORTH = COLUMN * SIDE - HALF, HALF - ROW * SIDE
EXTENT = (WEST, NORTH - 2 * SIDE, WEST + 2 * SIDE, NORTH)
VIEWS = [('2001-01-01', 'en'), ('2020-11-25', 'hy')]
failures = []


def check(what, is_right, detail=''):
    if not is_right:
        failures.append(f'{what}: {detail}')


def pixels(file):
    return numpy.asarray(Image.open(file).convert('RGB')).astype(int)


def ours(url, day, lang):
    """The four tiles beside one another."""
    out = numpy.zeros((512, 512, 3), int)
    for x in range(2):
        for y in range(2):
            place = f'{url}/styles/conflict/{ZOOM}/{COLUMN + x}/{ROW + y}.png?date={day}&lang={lang}'
            out[y * 256:y * 256 + 256, x * 256:x * 256 + 256] = pixels(urllib.request.urlopen(place))
    return out


def gdal(url, folder):
    for day, lang in VIEWS:
        source = f'WMTS:{url}/styles/conflict/wmts.xml?time={day}&lang={lang},layer=conflict,tilematrixset=WebMercatorQuad'
        file = folder / f'gdal-{day}.png'
        west, south, east, north = map(str, EXTENT)
        run = subprocess.run(['gdal_translate', '-q', '-of', 'PNG', '-projwin', west, north, east, south, '-outsize', '512', '512',
                              source, file], capture_output=True, text=True, cwd=folder)
        check(f'GDAL WMTS {day}', file.exists() and (pixels(file) == ours(url, day, lang)).all(), run.stderr)
    print('GDAL: WMTS, the same pixels on', ', '.join(day for day, _ in VIEWS))


def owslib_client(url):
    service = WebMapTileService(f'{url}/wmts')
    layer = service.contents['conflict']
    check('OWSLib WMTS', '2020-11-10' in layer.dimensions['Time']['values'], layer.dimensions)
    for day, lang in VIEWS:
        tile = service.gettile(layer='conflict', tilematrixset='WebMercatorQuad', tilematrix=str(ZOOM), row=ROW, column=COLUMN,
                               format='image/png', Time=day, lang=lang)
        plain = urllib.request.urlopen(f'{url}/styles/conflict/{ZOOM}/{COLUMN}/{ROW}.png?date={day}&lang={lang}')
        check(f'OWSLib WMTS {day}', tile.read() == plain.read(), 'another tile')
    print('OWSLib: WMTS, the same bytes')


def qgis(python, url, folder):
    script = Path(__file__).with_name('maps_qgis.py')
    views = json.dumps(VIEWS)
    run = subprocess.run([python, script, url, folder, json.dumps(EXTENT), views], capture_output=True, text=True, timeout=600)
    found = [json.loads(line) for line in run.stdout.splitlines() if line.startswith('{')]
    check('QGIS', len(found) == 2 * len(VIEWS) + 1, run.stderr[-2000:])
    for layer in found:
        check(f"QGIS {layer['name']}", layer['valid'], layer)
        if layer['valid'] and layer['kind'] == 'raster':
            off = numpy.abs(pixels(layer['file']) - ours(url, layer['day'], layer['lang'])).max(axis=2)
            # QGIS may draw tiles of the same scale by a fraction of a pixel away.
            check(f"QGIS {layer['name']}", (off > 40).mean() < 0.01, f'{(off > 40).mean():.4f} of the pixels')
        elif layer['valid']:
            check(f"QGIS {layer['name']}", layer['features'] > 20, layer)
    print(f"QGIS {found[0]['version'] if found else ''}: XYZ and WMTS on {len(VIEWS)} days, vector tiles")


program, *rest = sys.argv[1:]
with serving(program) as url, tempfile.TemporaryDirectory() as folder:
    gdal(url, Path(folder))
    owslib_client(url)
    if rest:
        qgis(rest[0], url, Path(folder))
    else:
        print('skipped: QGIS: python3-qgis is not here and could not be installed')
for failure in failures[:20]:
    print('FAIL', failure)
sys.exit(1 if failures else 0)

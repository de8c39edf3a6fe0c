"""Maps as GIS tools place them: in each projection and each format GDAL finds what lies at a position, and the scale bar is
as long on the ground as it says.
Usage: python place.py PROGRAM"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bar import scale_bar
from geographiclib.geodesic import Geodesic

program = sys.argv[1]
failures = []
# Places that discs of 5 km are drawn at, and one where there is none.
DISCS = [(45.2, 41.0), (48.5, 38.9), (46.75, 39.76)]
ELSEWHERE = (46.75, 39.95)
BBOX = [44, 38.2, 49, 41.4]


def run(*command, text=None):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120, input=text)
    if done.returncode:
        failures.append(f"{' '.join(map(str, command))[:300]}: {done.stderr[-500:]}")
    return done.stdout


def places(folder):
    red = {'color': '#ff0000', 'fill': '#ff0000', 'fill_opacity': 1}
    spec = {'bbox': BBOX, 'width': 900, 'height': 700, 'title': 'Places', 'furniture': 'title,sources',
            'state': {'date': '2020-11-25'}, 'circles': [{'at': at, 'radius_km': 5, **red} for at in DISCS]}
    (folder / 'map.json').write_text(json.dumps(spec))
    found = 0
    for projection, code in (('web-mercator', '"EPSG",3857'), ('lambert', 'Lambert'), ('utm', '"EPSG",32638')):
        for extension in ('tif', 'png', 'jpg', 'webp', 'pdf'):
            path = folder / f'{projection}.{extension}'
            run(program, 'export', '--spec', folder / 'map.json', '--projection', projection, '--geo', '-o', path)
            if code not in run('gdalinfo', path):
                failures.append(f'{path.name}: GDAL does not find {code}')
            for lon, lat in [*DISCS, ELSEWHERE]:
                color = [int(v) for v in run('gdallocationinfo', '-wgs84', '-valonly', path, lon, lat).split()]
                is_red = len(color) > 2 and color[0] > 240 and max(color[1:3]) < 12
                found += 1
                if is_red != ((lon, lat) != ELSEWHERE):
                    failures.append(f'{path.name}: at {lon}, {lat} GDAL finds {color}')
    print(f'{found} positions looked up in 15 pictures')


def scale_bars(folder):
    """The bar's length laid through the middle of the picture."""
    for projection in ('lambert', 'utm'):
        options = ['--bbox', ','.join(map(str, BBOX)), '--size', '900x700', '--projection', projection, '--furniture', 'scale']
        run(program, 'export', *options, '-o', folder / 'scale.svg')
        run(program, 'export', *options, '-o', folder / 'scale.tif')
        stated, length = scale_bar(folder / 'scale.svg')
        half = length / 2
        ends = run('gdaltransform', '-t_srs', 'EPSG:4326', folder / 'scale.tif', text=f'{450 - half} 350\n{450 + half} 350\n')
        (x0, y0), (x1, y1) = ([float(v) for v in line.split()[:2]] for line in ends.splitlines())
        ground = Geodesic.WGS84.Inverse(y0, x0, y1, x1)['s12'] / 1000
        print(f'{projection}: the bar says {stated:g} km, GDAL and GeographicLib {ground:.3f} km')
        if abs(ground / stated - 1) > 0.002:
            failures.append(f'scale bar in {projection}: {stated} km, not {ground}')


with tempfile.TemporaryDirectory() as name:
    places(Path(name))
    scale_bars(Path(name))
print('\n'.join(failures[:20]))
print(f'{len(failures)} failures')
sys.exit(bool(failures))

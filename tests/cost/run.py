"""How many instructions of the processor tiles take, beside a list that is committed.

    tests/cost/run.py PROGRAM            fails where a figure has grown by more than a twentieth
    tests/cost/run.py PROGRAM --write    writes the list anew; CHANGELOG.md says why one has grown

Instructions are counted by valgrind and hardly vary, where times do. They hang on the compiler, so the list names it, and
with another one nothing is compared. What is counted is a second drawing of each tile, all that is kept being there.
"""
import argparse
import concurrent.futures
import json
import platform
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIST = HERE / 'list.tsv'
MOST_GROWTH = 1.05
MORE_PASSES = 2

# Of each group of tiles what `contactline bench` is asked for, and the tiles.
GROUPS = {
    'conflict, 256 px': (['--style', 'conflict'], [
        (5, 20, 12), (6, 40, 24), (7, 80, 48), (8, 160, 97), (8, 161, 97), (9, 321, 194), (9, 322, 194), (10, 643, 389),
        (10, 644, 388), (11, 1286, 779), (11, 1289, 776), (12, 2573, 1558)]),
    'conflict, 512 px @2x': (['--style', 'conflict', '--size', '512', '--ratio', '2'], [
        (7, 80, 48), (9, 321, 194), (10, 644, 389), (11, 1289, 779)]),
    'streets, 256 px': (['--style', 'STYLE'], [
        (10, 642, 388), (11, 1285, 776), (12, 2570, 1552), (12, 2571, 1553), (13, 5141, 3105), (13, 5142, 3106),
        (14, 10283, 6211), (14, 10284, 6212), (14, 10285, 6213), (15, 20568, 12424), (15, 20569, 12425),
        (16, 41137, 24849), (16, 41138, 24850), (16, 41139, 24851)]),
}


def streets(folder):
    """A made-up town: roads of three classes, houses and events around 46 E, 40 N."""
    dice = random.Random(17)
    def feature(kind, coordinates, properties):
        return {'type': 'Feature', 'properties': properties, 'geometry': {'type': kind, 'coordinates': coordinates}}
    def near(spread):
        return [46 + dice.gauss(0, spread), 40 + dice.gauss(0, spread)]
    roads, houses, events = [], [], []
    for _ in range(600):
        x, y = near(0.06)
        dx, dy = dice.gauss(0, 0.001), dice.gauss(0, 0.001)
        line = []
        for _ in range(dice.randint(5, 60)):
            line.append([round(x, 6), round(y, 6)])
            dx, dy = dx + dice.gauss(0, 0.0002), dy + dice.gauss(0, 0.0002)
            x, y = x + dx, y + dy
        roads.append(feature('LineString', line, {'class': dice.choice(['main', 'side', 'side', 'track'])}))
    for _ in range(4_000):
        x, y = near(0.02)
        w, h = dice.uniform(0.00005, 0.0002), dice.uniform(0.00005, 0.0002)
        ring = [[x, y], [x + w, y + w / 4], [x + w - h / 4, y + h], [x - h / 4, y + h - w / 4], [x, y]]
        houses.append(feature('Polygon', [[[round(v, 6) for v in p] for p in ring]], {'floors': dice.randint(1, 9)}))
    for i in range(4_000):
        events.append(feature('Point', [round(v, 6) for v in near(0.05)], {'name': f'Event {i}', 'kind': dice.randint(0, 3)}))
    layers = [
        {'id': 'houses', 'type': 'fill', 'source': 'houses', 'minzoom': 11, 'paint': {'fill-color': '#c8b8a8'}},
        {'id': 'casing', 'type': 'line', 'source': 'roads', 'layout': {'line-join': 'round'},
         'paint': {'line-color': '#888', 'line-width': 5}},
        {'id': 'roads', 'type': 'line', 'source': 'roads', 'layout': {'line-cap': 'round', 'line-join': 'round'},
         'paint': {'line-color': ['match', ['get', 'class'], 'main', '#f7c95c', '#fff'], 'line-width': 3}},
        {'id': 'tracks', 'type': 'line', 'source': 'roads', 'filter': ['==', ['get', 'class'], 'track'],
         'paint': {'line-color': '#853', 'line-width': 1, 'line-dasharray': [3, 2]}},
        {'id': 'events', 'type': 'circle', 'source': 'events',
         'paint': {'circle-radius': 3, 'circle-color': ['match', ['get', 'kind'], 0, '#c33', 1, '#36c', '#393'],
                   'circle-stroke-color': '#fff', 'circle-stroke-width': 1}},
        {'id': 'names', 'type': 'symbol', 'source': 'events', 'minzoom': 12,
         'layout': {'text-field': ['get', 'name'], 'text-size': 11},
         'paint': {'text-color': '#222', 'text-halo-color': '#fff', 'text-halo-width': 1}},
    ]
    sources = {}
    for name, features in {'roads': roads, 'houses': houses, 'events': events}.items():
        (folder / f'{name}.geojson').write_text(json.dumps({'type': 'FeatureCollection', 'features': features}))
        sources[name] = {'type': 'geojson', 'data': f'{name}.geojson'}
    style = folder / 'streets.json'
    style.write_text(json.dumps({'version': 8, 'name': 'streets', 'sources': sources, 'layers': layers}))
    return style


def instructions(program, arguments):
    command = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', program, 'bench', *arguments]
    ran = subprocess.run(command, capture_output=True, text=True)
    counted = re.search(r'Collected : (\d+)', ran.stderr)
    if ran.returncode or not counted:
        sys.exit(f'{" ".join(command)} failed:\n{ran.stderr[-2_000:]}')
    return int(counted[1])


def measured(program, folder):
    """Instructions of a tile, by group."""
    style = streets(folder)
    jobs = {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for number, (name, (arguments, tiles)) in enumerate(GROUPS.items()):
            file = folder / f'{number}.txt'
            file.write_text(''.join(f'{z} {x} {y}\n' for z, x, y in tiles))
            arguments = [str(style) if a == 'STYLE' else a for a in arguments]
            jobs[name] = [
                pool.submit(instructions, program, ['--tiles', str(file), '--passes', str(passes), *arguments])
                for passes in (1, 1 + MORE_PASSES)]
    return {name: (more.result() - one.result()) / MORE_PASSES / len(GROUPS[name][1]) for name, (one, more) in jobs.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--write', action='store_true')
    asked = parser.parse_args()
    compiler = subprocess.run(['rustc', '--version'], capture_output=True, text=True).stdout.strip()
    made_with = f'{compiler}, {platform.machine()}, {Path(asked.program).resolve().parent.name}'
    lines = LIST.read_text().splitlines() if LIST.exists() else ['']
    if not asked.write and lines[0] != f'# {made_with}':
        print(f'skipped: the list is of {lines[0][2:]}, this is {made_with}')
        return
    known = dict(line.split('\t') for line in lines[1:])
    with tempfile.TemporaryDirectory() as folder:
        found = measured(asked.program, Path(folder))
    grown = []
    for name, count in found.items():
        ratio = count / float(known.get(name, 'nan'))
        print(f'{name}: {count / 1e6:.2f} million instructions a tile, {ratio:.3f} of the list')
        if not ratio <= MOST_GROWTH:
            grown.append(name)
    if asked.write:
        LIST.write_text('\n'.join([f'# {made_with}', *(f'{name}\t{count:.0f}' for name, count in found.items())]) + '\n')
    elif grown:
        sys.exit(f'grown by more than {MOST_GROWTH - 1:.0%}: {"; ".join(grown)}. Where that is meant, say why in '
                 'CHANGELOG.md and write the list anew (--write).')


main()

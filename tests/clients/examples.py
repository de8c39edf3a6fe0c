"""Runs each of the examples, from the files that cargo built and those of its folder.

Usage: python3 examples.py PROGRAM
"""
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from server import serving

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / 'examples'


def run(*command):
    """What a command prints."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode:
        sys.exit(f'FAIL {command}: {done.stderr}')
    print('ok  ', *(Path(part).name for part in command))
    return done.stdout


def expect(truth, message):
    if not truth:
        sys.exit(f'FAIL {message}')


def page(url):
    """The server's URLs in the page are answered, with a tile in the place of its template."""
    text = (EXAMPLES / 'map.html').read_text(encoding='utf-8')
    paths = re.findall(r'`\$\{server\}(/[^`]+)`', text)
    expect(len(paths) == 2, f'map.html asks for a tile and for the style: {paths}')
    tile = {'{z}': '9', '{x}': '322', '{y}': '194', '{r}': '@2x', '${day.value}': '2020-11-25'}
    for path in paths:
        for name, value in tile.items():
            path = path.replace(name, value)
        with urllib.request.urlopen(url + path, timeout=60) as answer:
            expect(answer.status == 200, f'{path}: {answer.status}')
        print('ok   map.html', path)


def main(program):
    built = Path(program).parent / 'examples'
    with tempfile.TemporaryDirectory() as folder:
        tile, map_ = Path(folder, 'tile.png'), Path(folder, 'map.png')
        run(built / 'tile', tile)
        run(program, 'export', '--spec', EXAMPLES / 'map.json', '-o', map_)
        for path in (tile, map_):
            expect(path.read_bytes().startswith(b'\x89PNG'), f'{path.name} is no PNG')
    expect('azerbaijan' in run(built / 'question'), 'who held Shusha')
    with serving(program) as url:
        told = run(sys.executable, EXAMPLES / 'change.py', url)
        expect('armenian → azerbaijan' in told and 'Sources' in told, f'what changed: {told}')
        page(url)


main(*sys.argv[1:])

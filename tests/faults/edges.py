"""Files that break under a server, starts that cannot succeed, and what a request's text must never do.

Usage: python3 edges.py PROGRAM. Each line is a way in which the program was once led to say what is not so.
"""

import contextlib
import gzip
import json
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'container')]
import processes  # noqa: E402
from attacked import Attacked  # noqa: E402
from processes import expect  # noqa: E402

PROGRAM = sys.argv[1]


def varint(n):
    out = b''
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, data):
    return bytes([number << 3 | 2]) + varint(len(data)) + data


def vector_tile(size):
    """A vector tile with one square of so many units in its layer 'land', padded so that files are long."""
    square = [9, 0, 0, 26, size * 2, 0, 0, size * 2, size * 2 - 1, 0, 15]
    geometry = field(4, b''.join(varint(n) for n in square))
    names = b''.join(field(3, f'{i}'.encode() * 40) for i in range(100))
    layer = field(1, b'land') + field(2, b'\x18\x03' + geometry) + names + b'\x28\x80\x20\x78\x02'
    return field(3, layer)


def archive(path):
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript('create table metadata (name, value); create table tiles (zoom_level, tile_column, tile_row, tile_data);'
                         'create unique index at on tiles (zoom_level, tile_column, tile_row);')
        facts = {'format': 'pbf', 'minzoom': '0', 'maxzoom': '4', 'json': json.dumps({'vector_layers': [{'id': 'land', 'fields': {}}]})}
        db.executemany('insert into metadata values (?, ?)', facts.items())
        tile = gzip.compress(vector_tile(2000))
        db.executemany('insert into tiles values (4, ?, ?, ?)', [(x, y, tile) for x in range(16) for y in range(16)])
        db.commit()


def style(source):
    layers = [{'id': 'land', 'type': 'fill', 'source': 's', 'source-layer': 'land', 'paint': {'fill-color': '#c00'}}]
    return json.dumps({'version': 8, 'sources': {'s': {'type': 'vector', **source}}, 'layers': layers})


def files(folder):
    """What cannot be read is an error that no cache keeps, and is whole again when its file is."""
    archive(folder / 'land.mbtiles')
    shutil.copy(folder / 'land.mbtiles', folder / 'whole')
    (folder / 'style.json').write_text(style({'url': 'land.mbtiles'}))
    paths = [f'/styles/style/512/4/{x}/{y}.png' for x in range(8) for y in range(9)]
    with Attacked(PROGRAM, '--style', str(folder / 'style.json')) as server:
        first = server.get(paths[0])[2]
        with open(folder / 'land.mbtiles', 'r+b') as file:
            file.truncate(6_000)
        broken = [server.get(path) for path in paths[1:]]
        wrong = [a[0] for a in broken if a[0] == 200 or a[1].get('Cache-Control') != 'no-store']
        health = json.loads(server.get('/health')[2])
        said = sum('land.mbtiles' in line for line in server.log)
        expect(not wrong and health['status'] == 'degraded' and 1 <= said <= 2, f'MBTiles cut short: {len(wrong)} of {len(broken)} tiles wrong, {health}, {said} lines in the log')
        shutil.copy(folder / 'whole', folder / 'land.mbtiles')
        time.sleep(0.1)
        healed = {server.get(path)[0] for path in paths}
        health = json.loads(server.get('/health')[2])
        expect(healed == {200} and health['status'] == 'ok' and server.get(paths[0])[2] == first, f'whole again: {healed}, {health}')
    tile = folder / 'tiles' / '0' / '0' / '0.pbf'
    tile.parent.mkdir(parents=True)
    (folder / 'folder.json').write_text(style({'tiles': ['tiles/{z}/{x}/{y}.pbf'], 'maxzoom': 0}))
    tags, pictures = [], []
    for size in (2000, 1000):
        tile.write_bytes(vector_tile(size))
        with Attacked(PROGRAM, '--style', str(folder / 'folder.json')) as server:
            answer = server.get('/styles/folder/512/0/0/0.png')
            tags.append(answer[1]['ETag'])
            pictures.append(answer[2])
            document = server.get('/styles/folder/style.json')[2].decode()
            expect(str(folder) not in document and 'tiles/{z}' not in document, 'style.json says nothing of files')
    expect(pictures[0] != pictures[1] and tags[0] != tags[1], f'a tile replaced between two starts: ETags {tags}')


def starts(folder):
    """What cannot be served as asked stops the start; a deaf terminal does not."""
    (folder / 'no.geojson').write_text('{"type": "Nonsense"}')
    for what in ('missing.geojson', 'no.geojson'):
        command = [PROGRAM, 'serve', '--listen', '127.0.0.1:0', '--data', str(folder / what)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60)
        expect(run.returncode == 1 and what in run.stderr, f'--data {what}: exit {run.returncode}, {run.stderr.strip()[:90]!r}')
    with Attacked(PROGRAM, '--data', str(folder / 'missing.geojson'), '--lenient') as server:
        health = server.get('/health')[2].decode()
        expect('missing.geojson' in health, f'--lenient: {health}')
    with open('/dev/full', 'w') as full:
        process = subprocess.Popen([PROGRAM, 'serve', '--listen', '127.0.0.1:0'], stdout=full, stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(3)
        expect(process.poll() is None, 'serve > /dev/full goes on')
        process.terminate()
        process.wait()
    picture = folder / 'half.png'
    run = subprocess.run(['sh', '-c', f'trap "" XFSZ; ulimit -f 8; exec "{PROGRAM}" export --bbox 45.4,38.8,48,40.6 --size 2000x1500 -o "{picture}"'], capture_output=True, text=True)
    expect(run.returncode == 1 and not picture.exists(), f'an export to a full disk: exit {run.returncode}, no half of a file')


def texts(folder):
    """Text of a request is only text."""
    with Attacked(PROGRAM, TMPDIR='/proc', RUST_LOG='debug') as server:
        for geometry in ({'type': 'Point', 'coordinates': [1]}, {'type': 'LineString', 'coordinates': [[1], [2]]}, {'type': 'Polygon', 'coordinates': 1}):
            answers = [
                server.post('/query', {'intersects': geometry}),
                server.post('/query', {'filter': {'op': 's_intersects', 'args': [{'property': 'geometry'}, geometry]}}),
                server.post('/styles/conflict/static', {'center': [46, 39], 'zoom': 7, 'width': 99, 'height': 99, 'geojson': geometry}),
            ]
            expect({a[0] for a in answers} == {400}, f'{json.dumps(geometry)} at three doors: {[a[0] for a in answers]}')
        status, _, body, _ = server.get('/collections/districts/items?f=fgb')
        expect(status == 503 and b'TMPDIR' in body, f'FlatGeobuf without a temporary folder: {status}')
        label = 'x\n2026-01-01T00:00:00Z ERROR forged\x1b[2J'
        server.post('/styles/conflict/static', {'center': [46, 39], 'zoom': 7, 'width': 99, 'height': 99, 'markers': [{'at': [46, 39], 'label': label + chr(0xE000)}]})
        time.sleep(0.2)
        expect(not any(line.startswith('2026-01-01') for line in server.log), 'no label writes a line of its own in the log')
        for hosts in ((), ('a', 'b')):
            with socket.create_connection(server.address) as connection:
                lines = ['GET /health HTTP/1.1', *(f'Host: {h}' for h in hosts), 'Connection: close', '', '']
                connection.sendall('\r\n'.join(lines).encode())
                answer = connection.recv(100)
            expect(answer.startswith(b'HTTP/1.1 400'), f'{len(hosts)} hosts: {answer[:12]}')
        links = server.get('/styles/conflict.json', Host='evil.example')
        expect(b'evil' not in links[2] and 'host' in str(links[1].get_all('Vary')), f"links name no foreign host; Vary: {links[1].get_all('Vary')}")
        page = server.get('/', Accept='text/html')[1]
        wanted = ('Content-Security-Policy', 'X-Content-Type-Options', 'X-Frame-Options', 'Referrer-Policy')
        expect(all(page[name] for name in wanted), f'the page has {", ".join(wanted)}')
        status, headers, _, _ = server.get('/collections/places/items?filter=' + urllib.parse.quote("name<>'" + 'x' * 1_500 + "'"))
        expect(status == 200 and len(headers['Link']) <= 2048, f"a filter of 1,500 bytes: Link of {len(headers['Link'])} bytes")


for attack in (files, starts, texts):
    print(f'-- {attack.__doc__}')
    with tempfile.TemporaryDirectory() as folder:
        attack(pathlib.Path(folder))
sys.exit(1 if processes.failed else 0)

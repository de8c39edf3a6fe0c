"""Questions to a layer of a million polygons, over HTTP, beside the same questions to PostGIS in the same run: what is here,
the 10 nearest by geodesic distance, a box of about 50; one client, warm, answers with their geometries.
Usage: python questions.py PROGRAM [FEATURES] [QUESTIONS]   (PROGRAM built for release; needs psycopg and PostGIS)"""
import json
import math
import random
import socket
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlparse

sys.path.insert(0, str(Path(__file__).parents[1] / 'tests' / 'clients'))
from postgres import database  # noqa: E402
from server import serving  # noqa: E402

program = sys.argv[1]
count, questions = (int(n) for n in (sys.argv[2:] + ['1000000', '2000'][len(sys.argv) - 2:]))
pick = random.Random(1)
WEST, SOUTH, EAST, NORTH = 43.0, 38.0, 51.0, 43.0


def features():
    for i in range(count):
        x, y, r = pick.uniform(WEST, EAST), pick.uniform(SOUTH, NORTH), pick.uniform(0.0005, 0.004)
        corners = [(round(x + r * math.cos(a / 7 * math.tau), 6), round(y + r * math.sin(a / 7 * math.tau), 6)) for a in range(7)]
        yield i, x, y, corners + corners[:1]


def report(what, times):
    times.sort()
    p50, p99 = times[len(times) // 2] * 1e3, times[len(times) * 99 // 100] * 1e3
    print(f'  {what:<28} p50 {p50:7.3f} ms   p99 {p99:7.3f} ms   {1 / statistics.mean(times):8.0f} a second')
    return p50


def timed(ask, places):
    for place in places[:200]:
        ask(*place)
    times, found = [], 0
    for place in places:
        start = time.perf_counter()
        found += ask(*place)
        times.append(time.perf_counter() - start)
    return times, found / len(places)


with tempfile.TemporaryDirectory() as folder, database() as connection:
    path = Path(folder) / 'layer.geojson'
    connection.execute('CREATE TABLE layer (id int, name text, n float8, geometry geometry(Polygon, 4326))')
    with path.open('w') as file, connection.cursor().copy('COPY layer FROM STDIN') as table:
        file.write('{"type":"FeatureCollection","features":[')
        for i, _x, _y, ring in features():
            json_ring = json.dumps(ring)
            file.write(f'{"," if i else ""}\n{{"type":"Feature","id":{i},"properties":{{"name":"feature {i}","n":{i % 100}}},'
                       f'"geometry":{{"type":"Polygon","coordinates":[{json_ring}]}}}}')
            table.write_row((i, f'feature {i}', i % 100, f"SRID=4326;POLYGON(({','.join(f'{a} {b}' for a, b in ring)}))"))
        file.write(']}')
    connection.execute('CREATE INDEX ON layer USING gist (geometry)')
    connection.execute('CREATE INDEX ON layer USING gist (geography(geometry))')
    connection.execute('VACUUM ANALYZE layer')
    places = [(pick.uniform(WEST + 0.1, EAST - 0.1), pick.uniform(SOUTH + 0.1, NORTH - 0.1)) for _ in range(questions)]
    side = math.sqrt(50 * (EAST - WEST) * (NORTH - SOUTH) / count) / 2
    started = time.perf_counter()
    with serving(program, '--data', str(path)) as url:
        print(f'{count:,} polygons: read and indexed in {time.perf_counter() - started:.1f} s')
        # A bare socket: psycopg's own client is C, and Python's http.client would take longer than either server.
        host, port = urlparse(url).netloc.split(':')
        client = socket.create_connection((host, int(port)))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def get(target):
            client.sendall(f'GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n'.encode())
            answer = client.recv(1 << 18)
            while (head := answer.find(b'\r\n\r\n')) < 0:
                answer += client.recv(1 << 18)
            assert answer.startswith(b'HTTP/1.1 200'), answer
            at = answer.lower().index(b'content-length: ') + 16
            whole = head + 4 + int(answer[at:answer.index(b'\r', at)])
            while len(answer) < whole:
                answer += client.recv(1 << 18)
            return answer.count(b'"Feature"')

        ours = {
            'what is here': lambda x, y: get(f'/query?at={x:.6f},{y:.6f}&collections=layer'),
            '10 nearest': lambda x, y: get(f'/query?near={x:.6f},{y:.6f}&k=10&collections=layer'),
            'a box of about 50': lambda x, y: get(f'/collections/layer/items?bbox={x - side},{y - side},{x + side},{y + side}&limit=1000'),
        }
        cursor = connection.cursor()
        point = 'ST_SetSRID(ST_Point(%s, %s), 4326)'

        def select(sql, values):
            return len(cursor.execute(sql, values, prepare=True).fetchall())

        columns = 'SELECT id, name, n, ST_AsGeoJSON(geometry) FROM layer'
        theirs = {
            'what is here': lambda x, y: select(f'{columns} WHERE ST_Intersects(geometry, {point})', (x, y)),
            '10 nearest': lambda x, y: select(f'{columns} ORDER BY geography(geometry) <-> geography({point}) LIMIT 10', (x, y)),
            'a box of about 50': lambda x, y: select(
                f'{columns} WHERE ST_Intersects(geometry, ST_MakeEnvelope(%s, %s, %s, %s, 4326))', (x - side, y - side, x + side, y + side)),
        }
        for what in ours:
            (mine, found), (other, also) = timed(ours[what], places), timed(theirs[what], places)
            print(f'{what}: {found:.2f} features here, {also:.2f} there')
            ratio = report('PostGIS', other) / report('contactline, over HTTP', mine)
            print(f'  {ratio:.1f} times as fast at p50')

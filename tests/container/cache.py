"""The two processes of docker-compose.yml without Docker: contactline, and nginx before it.

Shows that a tile is drawn once and then kept, that conditional requests are answered, that answers
carry the public URL, that what may not be kept is not, and that the last good tile is served while
the server is away. That no request can change what another client gets, tests/faults/poison.py
shows. Usage: python3 cache.py PROGRAM
"""

import http.server
import json
import sys
import threading
import time
import urllib.error
import urllib.request

import processes
from processes import Nginx, contactline, expect

TILE = '/styles/conflict/8/161/97.png?date=2020-11-25'


def get(url, **headers):
    """Status, headers and body of a GET."""
    request = urllib.request.Request(
        url, headers={k.replace('_', '-'): v for k, v in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers, e.read()


def with_the_server(program):
    """The two processes: what is drawn once is kept, and errors are not."""
    with contactline(program) as upstream, Nginx(upstream) as nginx:
        first, again = get(nginx.base + TILE), get(nginx.base + TILE)
        expect(
            (first[0], first[1]['X-Cache']) == (200, 'MISS'),
            f'first: {first[0]} {first[1]["X-Cache"]}',
        )
        expect(
            (again[0], again[1]['X-Cache']) == (200, 'HIT'),
            f'again: {again[0]} {again[1]["X-Cache"]}',
        )
        expect(first[2] == again[2] and first[2][:4] == b'\x89PNG', 'the same PNG')
        status, headers, body = get(nginx.base + TILE, If_None_Match=first[1]['ETag'])
        expect((status, body) == (304, b''), f'If-None-Match: {status}')
        get(nginx.base + '/styles/conflict.json', X_Forwarded_Host='evil.example')
        tilejson = json.loads(get(nginx.base + '/styles/conflict.json')[2])
        expect(
            tilejson['tiles'][0].startswith(nginx.base),
            'TileJSON names the cache: ' + tilejson['tiles'][0],
        )
        for turn in ('first', 'second'):
            status, headers, body = get(nginx.base + '/styles/conflict/1/0/0.png?date=never')
            found = f'{status} {headers["X-Cache"]}'
            expect(
                (status, headers['X-Cache']) == (400, 'MISS'), f'an error, the {turn} time: {found}'
            )


# What an upstream may say by mistake, by path: status and headers. Only the first may be kept.
ANSWERS = {
    '/tile': (200, {}),
    '/vary-accept': (200, {'Vary': 'Accept, Accept-Encoding'}),
    '/broken': (500, {}),
    '/busy': (503, {}),
    '/limited': (429, {}),
    '/missing': (404, {}),
    '/wrong': (400, {}),
    '/moved': (302, {'Location': '/tile'}),
    '/cookie': (200, {'Set-Cookie': 'who=me'}),
    '/vary-cookie': (200, {'Vary': 'Cookie'}),
    '/vary-all': (200, {'Vary': '*'}),
    '/private': (200, {'Cache-Control': 'private, max-age=60'}),
    '/no-store': (200, {'Cache-Control': 'no-store'}),
    '/silent': (200, {'Cache-Control': ''}),
}


class Upstream(http.server.BaseHTTPRequestHandler):
    """An upstream whose answers may be kept for two seconds, or so they say."""

    def do_GET(self):
        status, headers = ANSWERS[self.path.split('?')[0]]
        self.send_response(status)
        for name, value in ({'Cache-Control': 'public, max-age=2'} | headers).items():
            if value:
                self.send_header(name, value)
        body = self.path.encode()
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


def with_another_server():
    """Only good answers to GET are kept; an old one is served while the server is away."""
    upstream = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Upstream)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()

    class NoRedirects(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    urllib.request.install_opener(urllib.request.build_opener(NoRedirects))
    with Nginx(upstream.server_address) as nginx:
        for path, (status, _) in ANSWERS.items():
            answers = [get(nginx.base + path) for _ in range(2)]
            states = [headers['X-Cache'] for _, headers, _ in answers]
            kept = path in ('/tile', '/vary-accept')
            right = [s for s, _, _ in answers] == [status] * 2 and states == [
                'MISS',
                'HIT' if kept else 'MISS',
            ]
            expect(right, f'{path}: {answers[0][0]} {", ".join(states)}')
        post = urllib.request.Request(nginx.base + '/tile?post', data=b'x', method='POST')
        states = [urllib.request.urlopen(post).headers['X-Cache'] for _ in range(2)]
        expect(states == [None, None], f'POST is not kept: {states}')
        upstream.shutdown()
        upstream.server_close()
        time.sleep(3.5)
        status, headers, body = get(nginx.base + '/tile')
        found = f'{status} {headers["X-Cache"]}'
        expect(
            (status, body, headers['X-Cache']) == (200, b'/tile', 'STALE'),
            f'expired, and the server away: {found}',
        )
        status, headers, body = get(nginx.base + '/tile?other')
        expect((status, headers['Retry-After']) == (502, '5'), f'another URL meanwhile: {status}')
        expect(json.loads(body)['status'] == 502, f'it says why: {headers["Content-Type"]}')


with_the_server(sys.argv[1])
with_another_server()
sys.exit(1 if processes.failed else 0)

"""The two processes of docker-compose.yml without Docker: contactline, and Debian's nginx before it, by the same configuration file.

Shows that a tile is drawn once and then kept, that conditional requests are answered, that answers carry the URL the client used, and that
the last good tile is served while the server is away. Usage: python3 cache.py PROGRAM
"""
import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
TILE = '/styles/conflict/8/161/97.png?date=2020-11-25'
failed = 0


def expect(truth, message):
    """Says what was found; a falsehood fails the run at the end."""
    global failed
    failed += not truth
    print('ok  ' if truth else 'FAIL', message)


def get(url, **headers):
    """Status, headers and body of a GET."""
    request = urllib.request.Request(url, headers={k.replace('_', '-'): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers, e.read()


class Nginx:
    """Debian's nginx on loopback by the container's configuration file, before one upstream."""

    def __init__(self, upstream):
        self.folder = tempfile.TemporaryDirectory()
        folder, port = self.folder.name, free_port()
        self.base = f'http://127.0.0.1:{port}'
        values = {'LISTEN': f'127.0.0.1:{port}', 'UPSTREAM': upstream, 'CACHE': folder + '/cache'}
        # Like envsubst with these three names: nginx's own variables stay.
        text = re.sub(r'\$\{(\w+)\}', lambda m: values[m.group(1)], (ROOT / 'deploy/nginx.conf.template').read_text())
        temporary = ' '.join(f'{kind}_temp_path {folder}/{kind};' for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        pathlib.Path(folder, 'site.conf').write_text(text)
        pathlib.Path(folder, 'nginx.conf').write_text(
            f'daemon off; user root; pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{ access_log off; {temporary} include {folder}/site.conf; }}')
        os.chmod(folder, 0o755)
        self.process = subprocess.Popen(['nginx', '-p', folder, '-c', folder + '/nginx.conf'])
        for _ in range(100):
            try:
                get(self.base + '/health')
                return
            except OSError:
                time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def with_the_server(program):
    """The two processes: what is drawn once is kept, and errors are not."""
    server = subprocess.Popen([program, 'serve', '--listen', '127.0.0.1:0'], stdout=subprocess.PIPE, text=True)
    upstream = re.search(r'http://([\d.:]+)/', server.stdout.readline()).group(1)
    try:
        with Nginx(upstream) as nginx:
            first, again = get(nginx.base + TILE), get(nginx.base + TILE)
            expect((first[0], first[1]['X-Cache']) == (200, 'MISS'), f"first: {first[0]} {first[1]['X-Cache']}")
            expect((again[0], again[1]['X-Cache']) == (200, 'HIT'), f"again: {again[0]} {again[1]['X-Cache']}")
            expect(first[2] == again[2] and first[2][:4] == b'\x89PNG', 'the same PNG')
            status, headers, body = get(nginx.base + TILE, If_None_Match=first[1]['ETag'])
            expect((status, body) == (304, b''), f'If-None-Match: {status}')
            get(nginx.base + '/styles/conflict.json', X_Forwarded_Host='evil.example')
            tilejson = json.loads(get(nginx.base + '/styles/conflict.json')[2])
            expect(tilejson['tiles'][0].startswith(nginx.base), 'TileJSON names the cache: ' + tilejson['tiles'][0])
            for turn in ('first', 'second'):
                status, headers, body = get(nginx.base + '/styles/conflict/1/0/0.png?date=never')
                expect((status, headers['X-Cache']) == (400, 'MISS'), f"an error, the {turn} time: {status} {headers['X-Cache']}")
    finally:
        server.terminate()
        expect(server.wait(20) == 0, 'the server stops cleanly')


class ShortLived(http.server.BaseHTTPRequestHandler):
    """An upstream whose answers may be kept for one second."""

    def do_GET(self):
        self.send_response(200)
        self.send_header('Cache-Control', 'public, max-age=1')
        self.send_header('Content-Length', '4')
        self.end_headers()
        self.wfile.write(b'tile')

    def log_message(self, *_):
        pass


def with_the_server_away():
    """An answer that has expired is still served when the upstream is gone."""
    upstream = http.server.ThreadingHTTPServer(('127.0.0.1', 0), ShortLived)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    with Nginx('127.0.0.1:%d' % upstream.server_address[1]) as nginx:
        get(nginx.base + '/tile')
        upstream.shutdown()
        upstream.server_close()
        time.sleep(2.5)
        status, headers, body = get(nginx.base + '/tile')
        expect((status, body, headers['X-Cache']) == (200, b'tile', 'STALE'), f"expired, and the server away: {status} {headers['X-Cache']}")


with_the_server(sys.argv[1])
with_the_server_away()
sys.exit(1 if failed else 0)

"""The two processes of docker-compose.yml without Docker: contactline, and Debian's nginx before it, by the same configuration file.

Shows that a tile is drawn once and then kept, that conditional requests are answered, that answers carry the URL the client used, and that
the last good tile is served while the server is away. Usage: python3 cache.py PROGRAM
"""
import json
import os
import pathlib
import re
import string
import subprocess
import sys
import tempfile
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


def main():
    """Runs both servers on loopback, asks, and stops them."""
    server = subprocess.Popen([sys.argv[1], 'serve', '--listen', '127.0.0.1:0'], stdout=subprocess.PIPE, text=True)
    upstream = re.search(r'http://([\d.:]+)/', server.stdout.readline()).group(1)
    with tempfile.TemporaryDirectory() as folder:
        port = int(upstream.split(':')[1]) % 20000 + 40000
        template = string.Template((ROOT / 'deploy/nginx.conf.template').read_text())
        values = {'LISTEN': f'127.0.0.1:{port}', 'UPSTREAM': upstream, 'CACHE': folder + '/cache'}
        # Like envsubst with these three names: nginx's own variables stay.
        text = re.sub(r'\$\{(\w+)\}', lambda m: values[m.group(1)], template.template)
        temporary = '\n'.join(f'{kind}_temp_path {folder}/{kind};' for kind in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        pathlib.Path(folder, 'site.conf').write_text(text)
        pathlib.Path(folder, 'nginx.conf').write_text(
            f'daemon off; user root; pid {folder}/pid; error_log stderr warn; events {{}} http {{ access_log off; {temporary} include {folder}/site.conf; }}')
        os.chmod(folder, 0o755)
        nginx = subprocess.Popen(['nginx', '-p', folder, '-c', folder + '/nginx.conf'])
        base = f'http://127.0.0.1:{port}'
        try:
            for _ in range(100):
                try:
                    if get(base + '/health')[0] == 200:
                        break
                except OSError:
                    time.sleep(0.1)
            first, again = get(base + TILE), get(base + TILE)
            expect((first[0], first[1]['X-Cache']) == (200, 'MISS'), f"first: {first[0]} {first[1]['X-Cache']}")
            expect((again[0], again[1]['X-Cache']) == (200, 'HIT'), f"again: {again[0]} {again[1]['X-Cache']}")
            expect(first[2] == again[2] and first[2][:4] == b'\x89PNG', 'the same PNG')
            status, headers, body = get(base + TILE, If_None_Match=first[1]['ETag'])
            expect((status, body) == (304, b''), f'If-None-Match: {status}')
            tilejson = json.loads(get(base + '/styles/conflict.json')[2])
            expect(tilejson['tiles'][0].startswith(base), 'TileJSON names the cache: ' + tilejson['tiles'][0])
            status, headers, body = get(base + '/styles/conflict/1/0/0.png?date=never')
            expect(status == 400 and headers['X-Cache'] != 'HIT', f'an error passes: {status}')
            server.terminate()
            server.wait(20)
            status, headers, body = get(base + TILE)
            expect((status, body) == (200, first[2]), f"the server is away: {status} {headers['X-Cache']}")
        finally:
            nginx.terminate()
            nginx.wait()
            server.kill()
    sys.exit(1 if failed else 0)


main()

"""Can a request change what another client is shown? The real server behind the real nginx, by the
container's configuration file.

Every poison is sent for every innocent question to an empty cache; then the innocent questions are
asked, and their answers must be, byte for byte, those that the server itself gives. The same is
done with the configuration broken on purpose, one line at a time: then a poison must work.
Also what must pass through nginx, what is refused, and how much one client may ask.

Usage: python3 poison.py PROGRAM
"""

import contextlib
import gzip
import http.server
import json
import pathlib
import random
import socket
import sys
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'container'))
import processes
from processes import Nginx, contactline, expect, request, send

PUBLIC = 'map.test'
EVIL = 'evil.example'
TILE = '/styles/conflict/8/161/97.png'
DAY = '?date=1994-05-12'
BROWSER = 'gzip, deflate, br'
HTML = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
TODAY = 'Thu, 01 Jan 2099 00:00:00 GMT'


@dataclass(frozen=True)
class Question:
    """What an innocent client asks."""

    path: str
    accept: str = '*/*'
    encoding: str = BROWSER

    def headers(self):
        return [f'Host: {PUBLIC}', f'Accept: {self.accept}', f'Accept-Encoding: {self.encoding}']

    def request(self):
        return request(self.path, *self.headers())


QUESTIONS = [
    Question(TILE),
    Question(TILE + DAY),
    Question(TILE + DAY, encoding='identity'),
    Question('/styles/conflict.json'),
    Question('/styles/conflict.json', encoding='gzip'),
    Question('/styles/conflict.json', encoding='identity'),
    Question('/styles/conflict/style.json'),
    Question('/', HTML),
    Question('/', 'application/json'),
    Question('/', 'application/json', 'identity'),
    # A browser's list that nginx leaves to the server.
    Question('/', 'text/html;q=0.9, application/json;q=0.8'),
    Question('/collections', HTML),
    Question('/collections'),
]


def other(path):
    """The path with another query: of the default day, that of 1994; of 1994, the default day."""
    return path.removesuffix(DAY) if path.endswith(DAY) else path + DAY


def with_header(*lines):
    """The question with more headers, or with others in the place of its own."""

    def poison(q):
        names = [line.split(':')[0].lower() for line in lines]
        own = [h for h in q.headers() if h.split(':')[0].lower() not in names]
        return request(q.path, *own, *lines)

    return poison


def with_path(change, **other_options):
    """The question with another request target."""
    return lambda q: request(change(q.path), *q.headers(), **other_options)


def with_method(method, body=b'', *lines):
    """The question by another method, or with a body."""
    return lambda q: request(q.path, *q.headers(), *lines, method=method, body=body)


def with_query(query):
    """The question with a parameter added."""
    return with_path(lambda path: path + ('&' if '?' in path else '?') + query)


SMUGGLED = f'GET {TILE}{DAY} HTTP/1.1\r\nHost: {EVIL}\r\n\r\n'.encode()
CHUNKED = b'0\r\n\r\n' + SMUGGLED

POISONS = {
    # The key of before ran the encoding and the URL together.
    'the query in Accept-Encoding': lambda q: request(
        q.path.split('?')[0], *q.headers()[:2], f'Accept-Encoding: {DAY}{q.encoding}'
    ),
    'the end of the URL in Accept-Encoding': lambda q: request(
        q.path[:-3] or '/', *q.headers()[:2], f'Accept-Encoding: {q.path[-3:]}{q.encoding}'
    ),
    'separators in Accept-Encoding': with_header(
        f'Accept-Encoding: br {PUBLIC} | ?date=1994-05-12'
    ),
    'Accept-Encoding: br;q=0': with_header('Accept-Encoding: br;q=0'),
    'Accept-Encoding: br;q=0.000, gzip;q=0': with_header('Accept-Encoding: br;q=0.000, gzip;q=0'),
    'Accept-Encoding: xbr, brotli-foo': with_header('Accept-Encoding: xbr, brotli-foo, br-x'),
    'Accept-Encoding: BR': with_header('Accept-Encoding: BR'),
    'Accept-Encoding: *': with_header('Accept-Encoding: *'),
    'Accept-Encoding: gzip': with_header('Accept-Encoding: gzip'),
    'Accept-Encoding: identity': with_header('Accept-Encoding: identity'),
    'Accept-Encoding twice': with_header('Accept-Encoding: identity', 'Accept-Encoding: br'),
    'no Accept-Encoding': lambda q: request(q.path, *q.headers()[:2]),
    # Hosts.
    'Host': with_header(f'Host: {EVIL}'),
    'Host with a port': with_header(f'Host: {PUBLIC}:6666'),
    'Host in capitals': with_header(f'Host: {PUBLIC.upper()}'),
    'Host with a dot': with_header(f'Host: {PUBLIC}.'),
    'Host with a user': with_header(f'Host: {PUBLIC}@{EVIL}'),
    'Host with a path': with_header(f'Host: {PUBLIC}/styles'),
    'Host with a bar': with_header(f'Host: {PUBLIC}|{EVIL}'),
    'Host with spaces': with_header(f'Host: {PUBLIC} {EVIL}'),
    'an empty Host': with_header('Host:'),
    'no Host': lambda q: request(q.path, *q.headers()[1:]),
    'HTTP/1.0 without Host': lambda q: request(q.path, *q.headers()[1:], version='HTTP/1.0'),
    'HTTP/0.9': lambda q: f'GET {q.path}\r\n'.encode(),
    'Host twice, evil last': lambda q: request(q.path, *q.headers(), f'Host: {EVIL}'),
    'Host twice, evil first': lambda q: request(q.path, f'Host: {EVIL}', *q.headers()),
    'absolute target, evil': with_path(lambda path: f'http://{EVIL}{path}'),
    'absolute target, ours, Host evil': lambda q: request(
        f'http://{PUBLIC}{q.path}', f'Host: {EVIL}', *q.headers()[1:]
    ),
    'absolute target, ours, with a port': with_path(lambda path: f'http://{PUBLIC}:6666{path}'),
    'absolute target by https': with_path(lambda path: f'https://{PUBLIC}{path}'),
    'absolute target without a path': with_path(lambda path: f'http://{PUBLIC}{DAY}'),
    'absolute target with a user': with_path(lambda path: f'http://{PUBLIC}@{EVIL}{path}'),
    'target without a slash': with_path(lambda path: path[1:] or '*'),
    # Headers that some servers listen to.
    **{
        name: with_header(f'{name}: {value}')
        for name, value in {
            'X-Forwarded-Host': EVIL,
            'X-Forwarded-Server': EVIL,
            'X-Forwarded-Proto': 'https',
            'X-Forwarded-Scheme': 'https',
            'X-Forwarded-Ssl': 'on',
            'X-Forwarded-Port': '6666',
            'X-Forwarded-Prefix': '/' + EVIL,
            'X-Forwarded-For': EVIL,
            'X-Real-IP': EVIL,
            'X-Host': EVIL,
            'Forwarded': f'for={EVIL};host={EVIL};proto=https',
            'Via': f'1.1 {EVIL}',
            'X-Original-URL': TILE + DAY,
            'X-Rewrite-URL': TILE + DAY,
            'X-Accel-Redirect': '/collections',
            'X-HTTP-Method-Override': 'POST',
            'Accept-Language': 'hy',
            'Accept-Charset': 'utf-16',
            'Accept-Datetime': TODAY,
            'Cookie': 'date=1994-05-12',
            'Authorization': 'Basic ZXZpbDpldmls',
            'Origin': f'http://{EVIL}',
            'Referer': f'http://{EVIL}/',
            'User-Agent': EVIL,
            'Range': 'bytes=0-3',
            'If-None-Match': '*',
            'If-Match': '"x"',
            'If-Modified-Since': TODAY,
            'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT',
            'Cache-Control': 'no-store, max-age=0',
            'Pragma': 'no-cache',
            'Content-Type': 'text/html',
            'Content-Encoding': 'br',
            'Expect': '100-continue',
            'TE': 'trailers',
            'Max-Forwards': '0',
        }.items()
    },
    'Range and If-Range': with_header('Range: bytes=0-3', 'If-Range: "x"'),
    'Upgrade': with_header('Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'),
    "headers named as the connection's": with_header(
        'Connection: close, Host, Accept, X-Forwarded-Proto'
    ),
    'a folded header': with_header(f'X-A: b\r\n Host: {EVIL}'),
    'a header with a line feed': with_header(f'X-A: b\nHost: {EVIL}'),
    'a header with a NUL': with_header('Accept: text/html\0'),
    'a header with a space in its name': with_header(f'X-Forwarded-Host : {EVIL}'),
    # The form.
    'Accept: text/html': with_header('Accept: text/html'),
    'Accept: application/json': with_header('Accept: application/json'),
    'Accept: html, less than JSON': with_header('Accept: text/html;q=0.1, application/json'),
    'Accept: html, more than JSON': with_header('Accept: application/json;q=0.1, text/html'),
    'Accept: JSON at 0': with_header('Accept: application/json;q=0, text/*'),
    'Accept: text/html at a strange weight': with_header('Accept: text/html;q=9, */*;q=10'),
    'Accept: csv': with_header('Accept: text/csv'),
    'Accept: a separator': with_header(f'Accept: text/html {TILE}{DAY}'),
    "Accept: the key's own words": with_header('Accept: unread'),
    'Accept twice': with_header('Accept: text/html', 'Accept: application/json'),
    'no Accept': lambda q: request(q.path, q.headers()[0], q.headers()[2]),
    # Methods and bodies.
    'HEAD': with_method('HEAD'),
    'OPTIONS': with_method('OPTIONS'),
    'PUT': with_method('PUT', b'x', 'Content-Length: 1'),
    'DELETE': with_method('DELETE'),
    'POST': with_method(
        'POST', b'{"date": "1994-05-12"}', 'Content-Length: 22', 'Content-Type: application/json'
    ),
    'PURGE': with_method('PURGE'),
    'get': with_method('get'),
    'GET with a body': with_method('GET', SMUGGLED, f'Content-Length: {len(SMUGGLED)}'),
    'GET with chunks': with_method('GET', CHUNKED, 'Transfer-Encoding: chunked'),
    'a length and chunks': with_method(
        'POST', CHUNKED, f'Content-Length: {len(CHUNKED)}', 'Transfer-Encoding: chunked'
    ),
    'chunks and a short length': with_method(
        'POST', CHUNKED, 'Content-Length: 4', 'Transfer-Encoding: chunked'
    ),
    'two lengths': with_method(
        'POST', SMUGGLED, 'Content-Length: 0', f'Content-Length: {len(SMUGGLED)}'
    ),
    'Transfer-Encoding: xchunked': with_method('POST', CHUNKED, 'Transfer-Encoding: xchunked'),
    'Transfer-Encoding twice': with_method(
        'POST', CHUNKED, 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity'
    ),
    'Transfer-Encoding after a space': with_method('POST', CHUNKED, 'Transfer-Encoding : chunked'),
    'a signed length': with_method('POST', SMUGGLED, 'Content-Length: +0'),
    'HEAD with a body': with_method('HEAD', SMUGGLED, f'Content-Length: {len(SMUGGLED)}'),
    'a second request in the line': lambda q: (
        q.request().replace(b'Connection: close\r\n', b'') + SMUGGLED
    ),
    # The URL.
    'the other day': with_path(other),
    'the other day after a fragment': with_path(lambda path: f'{path}#{DAY}'),
    'a fragment before the query': with_path(lambda path: other(path).replace('?', '#?')),
    'an encoded fragment': with_path(lambda path: path + '%23' + DAY),
    'an encoded question mark': with_path(lambda path: other(path).replace('?', '%3F')),
    'two question marks': with_path(lambda path: path + '?' + DAY),
    'an empty query': with_path(lambda path: path + '?'),
    'a bar': with_path(lambda path: path + '|br|*/*|' + DAY),
    'an encoded bar': with_path(lambda path: path + '%7Cbr' + DAY),
    'a semicolon': with_path(lambda path: path + ';date=1994-05-12'),
    'a raw space': with_path(lambda path: f'{path} br */* {path}'),
    'an encoded space': with_path(lambda path: f'{path}%20br%20*/*%20{path}'),
    'a tab': with_path(lambda path: f'{path}\t{DAY}'),
    'an encoded line break': with_path(lambda path: f'{path}%0d%0aHost:%20{EVIL}%0d%0a'),
    'an encoded line break in the query': with_query(f'lang=%0d%0aHost:%20{EVIL}%0d%0a%0d%0a'),
    'a raw line feed': with_path(lambda path: f'{path}\nHost: {EVIL}'),
    'an encoded NUL': with_path(lambda path: f'{path}%00{DAY}'),
    'a raw NUL': with_path(lambda path: f'{path}\0{DAY}'),
    'two slashes': with_path(lambda path: '/' + path),
    'slashes within': with_path(lambda path: path.replace('/', '//')),
    'a host of slashes': with_path(lambda path: f'//{EVIL}{path}'),
    'a backslash': with_path(lambda path: path.replace('/', '\\')),
    'a dot': with_path(lambda path: '/.' + path),
    'two dots': with_path(lambda path: f'/{EVIL}/..{path}'),
    'two encoded dots': with_path(lambda path: f'/{EVIL}/%2e%2e{path}'),
    'encoded slashes': with_path(lambda path: f'{TILE}%2F..%2F..%2F..%2F..%2F..{path}'),
    'an encoded letter': with_path(lambda path: path.replace('n', '%6e', 1)),
    'capitals': with_path(str.upper),
    'a bad escape': with_path(lambda path: path + '%zz'),
    'bytes that are no UTF-8': with_path(lambda path: path + '%ff\xff'),
    # Parameters.
    'the day twice': with_query('date=1994-05-12&date=2020-11-25'),
    'the day encoded': with_query('d%61te=1994-05-12'),
    "the day's digits encoded": with_query('date=%31994-05-12'),
    'the day in capitals': with_query('DATE=1994-05-12'),
    'the day as a list': with_query('date[]=1994-05-12'),
    'the day after an ampersand': with_query('&date=1994-05-12'),
    'a language': with_query('lang=hy'),
    'f=html': with_query('f=html'),
    'f=json': with_query('f=json'),
    'an unknown parameter': with_query(f'utm_source={EVIL}'),
    'a long URL': with_query('lang=' + 'x' * 20_000),
}


def in_the_clear(headers, body):
    """The body without its gzip; Python reads no Brotli, so that stays as it is."""
    return gzip.decompress(body) if headers['Content-Encoding'] == 'gzip' else body


def essence(answer):
    """What must be the same through nginx and without it."""
    status, headers, body = answer
    same = {
        name: headers[name]
        for name in ('Content-Type', 'Content-Encoding', 'ETag', 'Cache-Control', 'Vary')
    }
    return status, same, in_the_clear(headers, body)


def is_right(answer, truth):
    """Whether an innocent client got what the server itself says, and nothing of the attacker's."""
    _, headers, body = answer
    traces = f'{headers}'.encode() + in_the_clear(headers, body)
    return essence(answer) == truth and not any(
        mark in traces for mark in (EVIL.encode(), b':6666')
    )


def poisoned(upstream, truths, poison, change=lambda text: text):
    """The questions that are answered wrongly after a poison has been sent for each."""
    with Nginx(upstream, f'http://{PUBLIC}', change) as nginx:
        for question in QUESTIONS:
            send(nginx.address, poison(question))
        return [q for q in QUESTIONS if not is_right(send(nginx.address, q.request()), truths[q])]


def poisons(upstream, truths):
    """No poison works."""
    with ThreadPoolExecutor(8) as pool:
        found = dict(
            zip(POISONS, pool.map(lambda p: poisoned(upstream, truths, p), POISONS.values()))
        )
    for name, wrong in found.items():
        for question in wrong:
            print(f'  poisoned by {name}: {question}')
    wrong = sum(map(len, found.values()))
    expect(
        not wrong,
        f'{len(POISONS)} poisons, {len(POISONS) * len(QUESTIONS)} tries: {wrong} poisoned',
    )


@dataclass(frozen=True)
class Break:
    """A line of the configuration as somebody might write it, and a poison that must then work."""

    name: str
    line: str
    broken: str
    poison: str
    # Whose answer is then wrong.
    path: str


BREAKS = [
    Break(
        'the key of before',
        '"${PUBLIC_URL} $coding $form $request_uri"',
        '$http_host$request_uri$http_accept_encoding',
        'the query in Accept-Encoding',
        TILE + DAY,
    ),
    Break(
        'no coding in the key',
        ' $coding $form ',
        ' $form ',
        'Accept-Encoding: gzip',
        '/styles/conflict/style.json',
    ),
    Break('no form in the key', ' $coding $form ', ' $coding ', 'Accept: application/json', '/'),
    Break('no query in the key', '$form $request_uri"', '$form $uri"', 'the other day', TILE),
    Break(
        "the client's Host",
        'Host $public_host',
        'Host $http_host',
        'Host with a port',
        '/styles/conflict.json',
    ),
    Break(
        "the client's scheme",
        'Proto $public_scheme',
        'Proto $http_x_forwarded_proto',
        'X-Forwarded-Proto',
        '/styles/conflict.json',
    ),
    Break(
        'what is not understood is kept',
        'unread 1;',
        'unread "";',
        'Accept: html, less than JSON',
        '/',
    ),
]


def breaks(upstream, truths):
    """The same tries find a configuration that is wrong in one line."""
    for case in BREAKS:

        def change(text, case=case):
            if case.line not in text:
                raise ValueError(f'the configuration has no {case.line}')
            return text.replace(case.line, case.broken)

        found = {q.path for q in poisoned(upstream, truths, POISONS[case.poison], change)}
        expect(
            case.path in found,
            f'broken on purpose: {case.name}: {case.poison} poisons {", ".join(sorted(found))}',
        )


class Recorder(http.server.BaseHTTPRequestHandler):
    """An upstream that keeps the headers it was sent, and takes its time for questions."""

    protocol_version = 'HTTP/1.1'
    seen: ClassVar[list] = []

    def do_GET(self):
        Recorder.seen.append(self.headers.items())
        if self.path.startswith('/query'):
            time.sleep(1)
        self.send_response(200)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


class Upstream(http.server.ThreadingHTTPServer):
    """Takes many connections at once."""

    request_queue_size = 100


# The coding that the server is asked for, and ways to write Accept-Encoding that come to it.
CODINGS = {
    'br': [
        *(
            'br',
            'BR',
            'gzip, deflate, br, zstd',
            'br;q=1.0',
            'br;q=0.001',
            'br ; q=0.5',
            'gzip,\tbr',
        ),
        *('gzip;q=1,br;q=0.1', 'br;q=0.0000001', DAY + BROWSER),
    ],
    'gzip': [
        *('gzip', 'x-gzip', 'gzip, deflate', 'GZIP;Q=1', 'xbr, gzip', 'gzip;q=0.5, br;q=0'),
        *('br;q=0, gzip', 'br;q=0.0, gzip', 'br;q=0.000,gzip;q=1.000'),
    ],
    'identity': [
        *(
            '',
            '*',
            'identity',
            'zstd',
            'br;q=0',
            'br;q=0.',
            'br;q=',
            'br;q=-1',
            'br;q=2',
            'br;q=0.1x',
        ),
        *('br;q=0.0000000', 'br;q=0, gzip;q=0', 'br;q=0, *', 'brotli', 'xbr', 'br-x', 'x br'),
        *('brotli-foo, br2', 'gzipped', 'br gzip', 'br' + DAY),
    ],
}


def what_goes_on():
    """The server is sent what is in the key, and nothing else of a client's."""
    upstream = Upstream(('127.0.0.1', 0), Recorder)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    with Nginx(upstream.server_address, f'https://{PUBLIC}:8443') as nginx:
        for poison in POISONS.values():
            send(nginx.address, poison(QUESTIONS[0]))
        fixed = [
            ('Host', f'{PUBLIC}:8443'),
            ('X-Forwarded-Proto', 'https'),
            ('X-Forwarded-For', '127.0.0.1'),
        ]
        # Of a tile, Accept says nothing; other URLs among the poisons may have any.
        free = [('Accept-Encoding', {'br', 'gzip', 'identity'}), ('Accept', {'*/*'})]
        strange = [
            headers
            for headers in Recorder.seen
            if headers[:3] != fixed
            or [name for name, _ in headers[3:]] != [name for name, _ in free]
            or any(value not in known for (_, value), (_, known) in zip(headers[3:], free))
        ]
        seen = len(Recorder.seen)
        expect(seen > 50 and not strange, f'{seen} poisons as the server sees them: {strange[:3]}')
        wrong = []
        written = [(None, 'identity')]
        written += [(sent, coding) for coding, ways in CODINGS.items() for sent in ways]
        for sent, wanted in written:
            lines = [] if sent is None else [f'Accept-Encoding: {sent}']
            send(nginx.address, request(TILE, f'Host: {PUBLIC}', *lines))
            got = dict(Recorder.seen[-1])['Accept-Encoding']
            if got != wanted:
                wrong.append((sent, got))
        expect(not wrong, f'{len(written)} ways to write Accept-Encoding: {wrong}')
        statuses, _ = burst(nginx.address, [f'/query?k={i}' for i in range(24)], threads=24)
        found = f'{statuses.count(200)} are answered, {statuses.count(429)} get 429'
        expect(sorted(statuses) == [200] * 16 + [429] * 8, f'24 slow questions at a time: {found}')
    upstream.shutdown()
    upstream.server_close()


def accepts(seed, count):
    """Accept headers as clients, and people who do not read standards, write them."""
    rng = random.Random(seed)
    types = [
        'text/html',
        'application/json',
        'application/geo+json',
        'application/geo+json-seq',
        'text/csv',
    ]
    types += [
        'application/flatgeobuf',
        '*/*',
        'text/*',
        'application/*',
        'application/xml',
        'image/webp',
        'TEXT/HTML',
    ]
    weights = [
        '',
        '',
        '',
        ';q=0',
        ';q=0.5',
        ';q=0.9',
        ';q=1',
        ';q=7',
        '; q=0.8',
        ';v=b3;q=0.7',
        ';q=x',
    ]
    yield from (HTML, HTML + ',application/signed-exchange;v=b3;q=0.7', *types)
    for _ in range(count):
        members = [rng.choice(types) + rng.choice(weights) for _ in range(rng.randint(1, 4))]
        yield rng.choice([',', ', ']).join(members)


def forms(upstream):
    """Whatever is accepted, and whatever was asked before: the form is the server's own choice."""
    paths = ['/', '/collections', '/collections/control/items?limit=1']
    with Nginx(
        upstream, f'http://{PUBLIC}', lambda text: text.replace('burst=50', 'burst=5000')
    ) as nginx:
        wrong, kept, all_accepts = [], 0, list(accepts(1994, 150))
        for accept in all_accepts:
            for path in paths:
                question = Question(path, accept, 'identity').request()
                direct, cached = send(upstream, question), send(nginx.address, question)
                kept += cached[1]['X-Cache'] == 'HIT'
                if essence(direct) != essence(cached):
                    wrong.append(
                        (path, accept, direct[1]['Content-Type'], cached[1]['Content-Type'])
                    )
        expect(
            kept > 100 and not wrong,
            f'{len(all_accepts)} Accept headers of 3 URLs, {kept} from the cache: {wrong[:5]}',
        )


def parameters(upstream):
    """The same parameters in another order or encoding are right, each from the cache, too."""
    pairs = ['?date=1994-05-12&lang=hy', '?lang=hy&date=1994-05-12', '?d%61te=1994-05-12&lang=hy']
    pairs += ['?lang=%68y&date=1994-05-12']
    with Nginx(upstream, f'http://{PUBLIC}') as nginx:
        bodies = set()
        for query in pairs:
            question = Question(TILE + query).request()
            direct, first, again = (
                send(upstream, question),
                send(nginx.address, question),
                send(nginx.address, question),
            )
            bodies |= {direct[2], first[2], again[2]}
            expect(
                again[1]['X-Cache'] == 'HIT' and direct[0] == 200,
                f'{query}: {first[0]}, then {again[1]["X-Cache"]}',
            )
        expect(len(bodies) == 1, 'all of them one picture')
        for turn in (1, 2):
            status, headers, _ = send(
                nginx.address, Question(TILE + '?date=1994-05-12&date=2020-11-25').request()
            )
            expect(
                (status, headers['X-Cache']) == (400, 'MISS'),
                f'two days, turn {turn}: {status} {headers["X-Cache"]}',
            )


def hosts_and_codings(upstream):
    """Hosts and ways to write Accept-Encoding do not fill the cache."""
    with Nginx(upstream, f'http://{PUBLIC}') as nginx:
        statuses = {}
        for i in range(300):
            for host in (f'h{i}.{EVIL}', f'{PUBLIC}:{i}'):
                status, headers, _ = send(
                    nginx.address, request('/styles/conflict.json', f'Host: {host}')
                )
                what = (status, headers['Content-Type'], headers['X-Cache'])
                statuses[what] = statuses.get(what, 0) + 1
        expect(
            statuses.pop((421, 'application/problem+json', None), 0) == 300, '300 other hosts: 421'
        )
        expect(
            statuses.pop((200, 'application/json', 'HIT'), 0) == 299,
            f'300 ports of ours: one MISS, else HIT {statuses}',
        )
        expect(nginx.kept() == 1, f'kept: {nginx.kept()}')
        lists = [f'{c};q=0.{i:03}, x{i}' for i in range(1, 60) for c in ('br', 'gzip', 'zstd')]
        states = [
            send(nginx.address, Question(TILE, encoding=c).request())[1]['X-Cache'] for c in lists
        ]
        expect(
            states == ['MISS'] * 3 + ['HIT'] * (len(lists) - 3),
            f'{len(lists)} encodings: {states.count("MISS")} MISS',
        )


def refusals(upstream):
    """What nginx refuses it refuses as the server does: as a problem that says what is wrong."""
    ours, stray = f'Host: {PUBLIC}', f'Content-Length: {len(SMUGGLED)}'
    with Nginx(upstream, f'http://{PUBLIC}') as nginx, Nginx(upstream, PUBLIC) as unset:
        refused = {
            'another host': (421, nginx, request('/', f'Host: {EVIL}')),
            'no host': (421, nginx, request('/', version='HTTP/1.0')),
            'GET with a body': (400, nginx, request('/', ours, stray, body=SMUGGLED)),
            'a fragment': (400, nginx, request('/#a', ours)),
            'a PUBLIC_URL without a scheme': (500, unset, request('/', ours)),
        }
        for what, (wanted, where, question) in refused.items():
            status, headers, body = send(where.address, question)
            is_problem = headers['Content-Type'] == 'application/problem+json'
            problem = json.loads(body) if is_problem else {}
            right = status == wanted and problem.get('status') == wanted
            expect(right, f'{what}: {status}, {problem.get("detail")}')


def document(length):
    """A map as a JSON document of so many bytes."""
    point = {'type': 'Point', 'coordinates': [46.5, 39.5]}
    note = {'type': 'Feature', 'geometry': point, 'properties': {'note': ''}}
    spec = {'bbox': [46, 39, 47, 40], 'width': 300, 'height': 200, 'geojson': note}
    note['properties']['note'] = 'x' * (length - len(json.dumps(spec)))
    return json.dumps(spec).encode()


def sizes(upstream):
    """What the server takes passes; what it does not is refused as the server refuses it."""
    lines = [f'Host: {PUBLIC}', 'Content-Type: application/json']
    most = 2 << 20
    with Nginx(upstream, f'http://{PUBLIC}') as nginx:
        for length in (1_500_000, most, most + 1, 3_000_000):
            body = document(length)
            ways = {
                'with a length': (f'Content-Length: {length}', body),
                'in chunks': (
                    'Transfer-Encoding: chunked',
                    b'%x\r\n%b\r\n0\r\n\r\n' % (length, body),
                ),
            }
            for way, (line, sent) in ways.items():
                post = request('/styles/conflict/static', *lines, line, method='POST', body=sent)
                status, headers, answer = send(nginx.address, post)
                if length <= most:
                    right = (status, headers['Content-Type']) == (200, 'image/png')
                else:
                    is_problem = headers['Content-Type'] == 'application/problem+json'
                    right = status == 413 and is_problem and json.loads(answer)['status'] == 413
                expect(right, f'{length} bytes {way}: {status} {headers["Content-Type"]}')
        for length in (600, 2_000, 4_000):
            condition = "name = 'Shusha'"
            text = ' OR '.join([condition] * (length // (len(condition) + 4) + 1))
            question = Question('/collections/places/items?filter=' + urllib.parse.quote(text))
            direct, through = (send(a, question.request()) for a in (upstream, nginx.address))
            link = len(through[1]['Link'] or '')
            expect(
                through[0] == 200 and essence(direct) == essence(through),
                f'a filter of {len(text)} bytes: {through[0]}, Link of {link} bytes',
            )


def burst(address, paths, threads=8):
    """Statuses, and the last answer that was not 200, of many requests at once."""
    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(lambda path: send(address, Question(path).request()), paths))
    return [a[0] for a in answers], next((a for a in answers if a[0] != 200), None)


def at_rest(text):
    """The configuration with its bursts and hardly any rate: a test need not be fast."""
    return text.replace('rate=200r/s', 'rate=1r/s').replace('rate=10r/s', 'rate=1r/s')


def rates(upstream):
    """A reader never meets the limits; a flood does, is told so, and leaves tiles alone."""
    view = [f'/styles/conflict/8/{x}/{y}.png' for x in range(150, 170) for y in range(90, 100)]
    with Nginx(upstream, f'http://{PUBLIC}', at_rest) as nginx:
        statuses, _ = burst(nginx.address, view)
        expect(statuses == [200] * 200, f'a view of 200 tiles: {statuses.count(200)} are 200')
        statuses, refused = burst(nginx.address, ['/query?at=46.75,39.76'] * 200)
        expect(50 < statuses.count(200) < 100, f'200 questions: {statuses.count(429)} are 429')
        _, headers, body = refused or (None, {}, b'{}')
        names = ('Content-Type', 'Retry-After', 'Access-Control-Allow-Origin', 'Cache-Control')
        told = [headers.get(name) for name in names]
        wanted = ['application/problem+json', '1', '*', 'no-store']
        expect(told == wanted and json.loads(body)['status'] == 429, f'429: {told}')
        work = [
            Question('/styles/conflict/static/46,39,8/9x9.png').request(),
            Question('/styles/conflict/8/1%36%31/97.png').request(),
            Question('/collections/control/items').request(),
            request(
                '/styles/conflict/static', f'Host: {PUBLIC}', 'Content-Length: 0', method='POST'
            ),
        ]
        statuses = [send(nginx.address, question)[0] for question in work for _ in range(3)]
        expect(statuses.count(429) >= 8, f'other work after that: {statuses}')
        statuses, _ = burst(nginx.address, view)
        expect(statuses == [200] * 200, f'the tiles meanwhile: {statuses.count(200)} are 200')
        statuses, _ = burst(nginx.address, view * 2)
        expect(200 <= statuses.count(200) < 300, f'400 tiles more: {statuses.count(429)} are 429')


SLOW = {
    'headers': b'GET / HTTP/1.1\r\nHost: map.test\r\nX-A: ',
    'a body': b'POST /query HTTP/1.1\r\nHost: map.test\r\nContent-Length: 9\r\n\r\n{',
}


def waited_for(address, start):
    """Seconds until a connection is closed on a client that never ends its request."""
    started = time.monotonic()
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(start)
        with contextlib.suppress(ConnectionResetError):
            while connection.recv(1_000):
                pass
    return time.monotonic() - started


def main(program):
    with (
        contactline(program, '--host', PUBLIC) as upstream,
        Nginx(upstream) as patient,
        ThreadPoolExecutor(len(SLOW)) as meanwhile,
    ):
        slow = {
            what: meanwhile.submit(waited_for, patient.address, start)
            for what, start in SLOW.items()
        }
        truths = {q: essence(send(upstream, q.request())) for q in QUESTIONS}
        right = all(truth[0] == 200 for truth in truths.values())
        expect(right, f'{len(truths)} innocent questions')
        poisons(upstream, truths)
        breaks(upstream, truths)
        what_goes_on()
        forms(upstream)
        parameters(upstream)
        hosts_and_codings(upstream)
        refusals(upstream)
        sizes(upstream)
        rates(upstream)
        for what, waiting in slow.items():
            seconds = waiting.result()
            expect(5 < seconds < 20, f'{what} without an end: closed after {seconds:.0f} s')
    return 1 if processes.failed else 0


sys.exit(main(sys.argv[1]))

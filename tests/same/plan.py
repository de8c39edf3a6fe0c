"""What is recorded: each line is a kind, what is asked, and a function that asks it of a bench.

An answer is kept as parts by name: an HTTP answer's `head` and `body`; what a command wrote.
"""
import gzip
import json
import re
import shlex
import urllib.parse

import tiles
from bench import HERE, golden_inputs, normal

# Characters that URLs of the lists may hold as they are; all others are percent-encoded.
AS_IT_IS = "/?&=,:;@!$'()*~%[]+|-._"
# Headers that are part of the answer; those for browsers and caches HEADERS alone looks at.
SAID = {
    'content-type', 'content-crs', 'content-disposition', 'content-encoding', 'link', 'location',
    'ogc-numbermatched', 'ogc-numberreturned', 'contactline-warning', 'allow',
}
# What HEADERS leaves out: the time; what counts data and version; what the body tells.
LEFT_OUT = {'date', 'etag', 'content-length'}
# Formats that each golden picture is asked for in.
GOLDEN_FORMATS = ['png', 'svg', 'pdf']


def plan():
    """All lines, in the order of the list."""
    yield from tile_lines()
    yield from golden_lines()
    yield from request_lines('picture', HERE / 'pictures.txt')
    yield from request_lines('answer', HERE / 'answers.txt')
    yield from command_lines(HERE / 'commands.txt')


def tile_lines():
    for server, url in tiles.urls():
        yield 'tile', f'{server} {url}', get(server, url)


def get(server, url):
    return lambda bench: parts(*bench.ask(server, 'GET', url))


def golden_lines():
    """The golden pictures, here to the byte, and as drawings."""
    for name, golden in golden_inputs():
        server, style = ('styles', name) if 'style' in golden else ('map', 'conflict')
        for kind in GOLDEN_FORMATS:
            document = json.dumps({**golden['map'], 'format': kind})
            yield 'golden', f'{name}.{kind}', post(server, f'/styles/{style}/static', document)


def post(server, url, document):
    said = {'content-type': 'application/json'}
    return lambda bench: parts(*bench.ask(server, 'POST', url, document.encode(), said))


def request_lines(kind, path):
    """A list of requests: `METHOD URL` or `POST URL DOCUMENT`, perhaps with ` -- header: value`.

    Before them stands, in brackets, the server that they are for. A document may be `@FILE`.
    """
    server = None
    for line in said_lines(path):
        if line.startswith('['):
            server = line.strip('[]')
        else:
            yield kind, f'{server} {line}', request(server, line)


def said_lines(path):
    """The lines of a list, without blank ones and those that begin with #."""
    lines = (line.strip() for line in path.read_text(encoding='utf-8').splitlines())
    return [line for line in lines if line and not line.startswith('#')]


def request(server, line):
    line, *said = re.split(r' -- (?=[a-z-]+: )', line)
    headers = dict(one.split(': ', 1) for one in said)
    method, url = line.split(' ', 1)
    body = None
    if method == 'POST':
        url, _, text = url.partition(' ')
        body = (HERE / text[1:]).read_bytes() if text.startswith('@') else text.encode()
        headers.setdefault('content-type', 'application/json')
    url = urllib.parse.quote(url, safe=AS_IT_IS)
    ask = {'HEADERS': headers_of, 'AGAIN': again, 'GZIP': unpacked}.get(method)
    if ask:
        return lambda bench: ask(bench, server, url, headers)
    return lambda bench: parts(*bench.ask(server, method, url, body, headers))


def headers_of(bench, server, url, headers):
    """All that the headers say; of a tag only of what kind it is."""
    status, said, _ = bench.ask(server, 'GET', url, headers=headers)
    lines = [f'{k.lower()}: {v}' for k, v in said if k.lower() not in LEFT_OUT]
    tags = [re.sub('"[^"]*"', '"..."', v) for k, v in said if k.lower() == 'etag']
    return {'head': normal('\n'.join([str(status), *sorted(lines), *tags]).encode())}


def again(bench, server, url, headers):
    """Asks once more with the tag of the answer: nothing is sent twice."""
    _, said, _ = bench.ask(server, 'GET', url, headers=headers)
    tag = next((v for k, v in said if k.lower() == 'etag'), '"none"')
    return parts(*bench.ask(server, 'GET', url, headers={**headers, 'if-none-match': tag}))


def unpacked(bench, server, url, headers):
    """What is in a packed answer, however well it was packed."""
    headers = {**headers, 'accept-encoding': 'gzip'}
    status, said, body = bench.ask(server, 'GET', url, headers=headers)
    is_packed = body[:2] == b'\x1f\x8b'
    return parts(status, said, gzip.decompress(body) if is_packed else body)


def parts(status, said, body):
    """What is kept of an answer."""
    said = [(k.lower(), v) for k, v in said]
    lines = [f'{k}: {v}' for k, v in sorted(said, key=lambda one: one[0]) if k in SAID]
    is_text = any(k == 'content-type' and v.startswith(('text/', 'application/json')) for k, v in said)
    head = '\n'.join([str(status), *lines])
    return {'head': head.encode(), 'body': normal(body) if is_text else body}


def command_lines(path):
    """Command lines of the program; those that draw are exports."""
    for line in said_lines(path):
        words = shlex.split(line)
        yield 'export' if words[0] in ('export', 'animate') else 'command', line, command(words)


def command(words):
    return lambda bench: bench.run(words)

"""The two processes of docker-compose.yml without Docker: contactline, and Debian's nginx.

nginx runs by the container's own configuration file. Nothing here knows what is tested.
"""

import contextlib
import http.client
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
failed = 0


def expect(truth, message):
    """Says what was found; a falsehood fails the run at the end (`failed`)."""
    global failed
    failed += not truth
    print('ok  ' if truth else 'FAIL', message, flush=True)


def send(address, request):
    """Status, headers and body of the answer to a request; no status where there is none."""
    head = request.startswith(b'HEAD ')
    try:
        with socket.create_connection(address, timeout=25) as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(request)
            answer = http.client.HTTPResponse(connection, method='HEAD' if head else 'GET')
            answer.begin()
            return answer.status, answer.headers, answer.read()
    except (http.client.HTTPException, OSError):
        return None, http.client.HTTPMessage(), b''


def request(target, *headers, method='GET', version='HTTP/1.1', body=b''):
    """The bytes of a request: these header lines, and that the connection ends."""
    lines = [f'{method} {target} {version}', *headers, 'Connection: close', '', '']
    return '\r\n'.join(lines).encode('latin-1') + body


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def contactline(program, *arguments):
    """The server on a free port of this machine; gives its address."""
    process = subprocess.Popen(
        [program, 'serve', '--listen', '127.0.0.1:0', '--trusted-proxy', '127.0.0.1', *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        host, port = re.search(r'http://([\d.]+):(\d+)/', process.stdout.readline()).groups()
        yield host, int(port)
    finally:
        process.terminate()
        expect(process.wait(20) == 0, 'the server stops cleanly')


class Nginx:
    """nginx on loopback before one upstream; `change` may break the configuration on purpose."""

    def __init__(self, upstream, public_url=None, change=lambda text: text):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder, port = pathlib.Path(self.temporary.name), free_port()
        self.address = ('127.0.0.1', port)
        self.base = f'http://127.0.0.1:{port}'
        values = {
            'LISTEN': f'127.0.0.1:{port}',
            'UPSTREAM': f'{upstream[0]}:{upstream[1]}',
            'CACHE': f'{self.folder}/cache',
            'SERVER_NAME': '127.0.0.1 map.test',
            'PUBLIC_URL': public_url or self.base,
        }
        # Like envsubst with these names: nginx's own variables stay.
        template = change((ROOT / 'deploy/nginx.conf.template').read_text())
        (self.folder / 'site.conf').write_text(
            re.sub(r'\$\{(\w+)\}', lambda m: values[m.group(1)], template)
        )
        kinds = ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi')
        temporary = ' '.join(f'{kind}_temp_path {self.folder}/{kind};' for kind in kinds)
        # keepalive_timeout: as the nginx image has it, so that a directive given twice is found.
        (self.folder / 'nginx.conf').write_text(
            f'daemon off; user root; pid {self.folder}/pid; error_log {self.folder}/error.log;'
            f' events {{}} http {{ access_log off; keepalive_timeout 65; {temporary}'
            f' include {self.folder}/site.conf; }}'
        )
        os.chmod(self.folder, 0o755)
        self.process = subprocess.Popen(
            ['nginx', '-p', self.folder, '-c', self.folder / 'nginx.conf']
        )
        for _ in range(500):
            if self.process.poll() is not None:
                raise RuntimeError(
                    'nginx does not start: ' + (self.folder / 'error.log').read_text()
                )
            with contextlib.suppress(OSError), socket.create_connection(self.address, timeout=5):
                return
            time.sleep(0.01)
        raise RuntimeError('nginx does not listen')

    def kept(self):
        """How many answers are in the cache."""
        return sum(path.is_file() for path in (self.folder / 'cache').rglob('*'))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.temporary.cleanup()

"""A folder with the program and all that it reads, and the servers that are asked."""
import gzip
import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import tileset

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# What each server is started with.
SERVERS = {
    'map': [],
    'styles': ['--style', 'golden', '--style', 'styles/examples', '--style', 'inputs/styles',
               '--root', 'geodata', '--root', 'styles', '--data', 'inputs/data'],
    'own': ['--data', 'inputs/data', '--public-url', 'https://maps.example/karabakh'],
}
# Port: links in answers begin with the host that a request names, so every request names this one.
HOST = 'localhost'
# A busy server answers 503 and is asked again.
BUSY_TRIES = 20
ANSWER_S = 120

# What may differ between two runs or two builds without being another answer.
RULES = [
    # Build: pages load Leaflet from the binary, or from a CDN if it was built without npm.
    (rb'<link rel="stylesheet" href="[^"]*leaflet\.css"[^>]*>'
     rb'<script src="[^"]*leaflet\.js"[^>]*></script>', b'<!-- leaflet -->'),
    (rb"('self') https://unpkg\.com", rb'\1'),
    # Load: what others ask for at the time.
    (rb'"jobs":\{"running":\d+,"waiting":\d+\}', b'"jobs":{}'),
    # Time: the log's lines begin with it.
    (rb'(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z +', b''),
]


def normal(data):
    """Bytes without what rightly differs."""
    for pattern, instead in RULES:
        data = re.sub(pattern, instead, data)
    return data


class Bench:
    """Used as a context: its servers run, and its folder is there, until the end of it."""

    def __init__(self, program):
        self.program = Path(program).resolve()
        self.folder = tempfile.TemporaryDirectory(prefix='same-')
        self.work = Path(self.folder.name)
        self.servers = {}
        self.own = threading.local()

    def __enter__(self):
        try:
            self.furnish()
            for name, options in SERVERS.items():
                self.servers[name] = Server(self.work, name, options)
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        for server in self.servers.values():
            server.stop()
        self.folder.cleanup()

    def furnish(self):
        """Messages and recipes say paths and the program's name: here they are always the same."""
        (self.work / 'contactline').symlink_to(self.program)
        shutil.copytree(HERE / 'inputs', self.work / 'inputs')
        shutil.copytree(ROOT / 'styles', self.work / 'styles')
        build = shutil.ignore_patterns('build')
        shutil.copytree(ROOT / 'geodata', self.work / 'geodata', ignore=build)
        tileset.write_pictures(self.work / 'inputs/styles/ground.mbtiles')
        tileset.write_shapes(self.work / 'inputs/styles/shapes')
        plain = (self.work / 'inputs/data/incidents.csv').read_bytes()
        (self.work / 'inputs/data/packed.csv.gz').write_bytes(gzip.compress(plain, mtime=0))
        shutil.copytree(ROOT / 'tests/golden/sprite', self.work / 'golden/sprite')
        for name, golden in golden_inputs():
            if 'style' in golden:
                (self.work / f'golden/{name}.json').write_text(json.dumps(golden['style']))

    def ask(self, server, method, url, body=None, headers=None):
        """Status, headers and body of an answer; of a busy server, when it has the time."""
        for _ in range(BUSY_TRIES):
            status, said, data = self.once(server, method, url, body, headers)
            if status != 503:
                break
            time.sleep(1)
        return status, said, data

    def once(self, server, method, url, body, headers):
        """Asks on this thread's own connection, or on a new one where that was closed."""
        headers = {'host': HOST, **(headers or {})}
        kept = self.own.__dict__
        for _ in range(2):
            if server not in kept:
                port = self.servers[server].port
                kept[server] = http.client.HTTPConnection('127.0.0.1', port, timeout=ANSWER_S)
            try:
                kept[server].request(method, url, body, headers)
                answer = kept[server].getresponse()
                return answer.status, answer.getheaders(), answer.read()
            except (http.client.HTTPException, OSError) as e:
                kept.pop(server).close()
                problem = e
        return 0, [], f'no answer: {type(problem).__name__}'.encode()

    def run(self, words):
        """Runs the program in a folder of its own; gives what it said and what it wrote."""
        with tempfile.TemporaryDirectory(dir=self.work, prefix='run-') as name:
            folder = Path(name)
            shutil.copytree(self.work / 'inputs', folder / 'inputs', copy_function=os.link)
            command = [self.work / 'contactline', *words]
            try:
                done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True,
                                      stdin=subprocess.DEVNULL, timeout=ANSWER_S)
            except subprocess.TimeoutExpired:
                return {'exit': b'none'}
            out = {'exit': str(done.returncode).encode(), 'stdout': normal(done.stdout),
                   'stderr': normal(done.stderr)}
            for path in sorted(folder.rglob('*')):
                inside = path.relative_to(folder)
                if path.is_file() and inside.parts[0] != 'inputs':
                    out[str(inside)] = path.read_bytes()
            return out


class Server:
    """The program serving on a free port."""

    def __init__(self, work, name, options):
        self.log = work / f'{name}.log'
        command = [work / 'contactline', 'serve', '--listen', '127.0.0.1:0', *options]
        with open(self.log, 'wb') as log:
            self.process = subprocess.Popen(command, cwd=work, env=environment(), text=True,
                                            stdout=subprocess.PIPE, stderr=log)
        found = re.search(r'http://127\.0\.0\.1:(\d+)/', self.process.stdout.readline())
        if not found:
            self.stop()
            raise SystemExit(f'the server "{name}" did not start:\n{self.log.read_text()}')
        self.port = int(found[1])

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def environment():
    """The caller's, without what changes what the program says."""
    changing = ('RUST_', 'CLICOLOR', 'COLUMNS', 'NO_COLOR', 'LANG', 'LC_')
    return {k: v for k, v in os.environ.items() if not k.startswith(changing)}


def golden_inputs():
    """Name and content of the inputs of the golden pictures; see tests/golden.rs."""
    for path in sorted((ROOT / 'tests/golden').glob('*/*.json')):
        if path.parent.name != 'answers':
            yield f'{path.parent.name}-{path.stem}', json.loads(path.read_text(encoding='utf-8'))

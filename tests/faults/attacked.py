"""A server under attack: bounded by prlimit, watched through /proc."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

TICKS = os.sysconf('SC_CLK_TCK')


class Attacked:
    """The server on a free port of this machine, with what the system may give it."""

    def __init__(self, program, *arguments, files=1024, megabytes=4000, **environment):
        limits = ['prlimit', f'--nofile={files}', f'--as={megabytes << 20}']
        command = [*limits, program, 'serve', '--listen', '127.0.0.1:0', *arguments]
        self.log = []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | environment)
        line = self.process.stdout.readline()
        self.address = ('127.0.0.1', int(re.search(r':(\d+)/', line)[1]))
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stderr:
            self.log.append(line.rstrip())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def ask(self, method, path, body=None, timeout=60, **headers):
        """Status, headers, body and seconds of one request."""
        began = time.monotonic()
        connection = http.client.HTTPConnection(*self.address, timeout=timeout)
        with contextlib.closing(connection):
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read(), time.monotonic() - began

    def get(self, path, **headers):
        return self.ask('GET', path, **headers)

    def post(self, path, document, **more):
        return self.ask('POST', path, json.dumps(document), **{'Content-Type': 'application/json'}, **more)

    def hang_up(self, request, after):
        """Sends a request and goes without its answer."""
        with socket.create_connection(self.address, timeout=10) as connection:
            connection.sendall(request)
            time.sleep(after)

    def computed(self):
        """Seconds of processor that it has had."""
        fields = open(f'/proc/{self.process.pid}/stat').read().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def megabytes(self, what='VmRSS'):
        """Memory it has, or (VmHWM) has had at the most."""
        text = open(f'/proc/{self.process.pid}/status').read()
        return int(re.search(rf'{what}:\s+(\d+)', text)[1]) / 1024

    def forget_peak(self):
        """Has the peak of memory counted anew."""
        with contextlib.suppress(OSError):
            open(f'/proc/{self.process.pid}/clear_refs', 'w').write('5')

    def idle_within(self, seconds):
        """Seconds until it computes nothing any more; None where it goes on."""
        began = time.monotonic()
        while time.monotonic() - began < seconds + 1:
            before = self.computed()
            time.sleep(0.3)
            if self.computed() - before <= 0.03:
                return time.monotonic() - began - 0.3
        return None

    def signal(self, name):
        self.process.send_signal(getattr(signal, name))

    def ends_within(self, seconds):
        """Its exit code, or None where it lives on."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.process.wait(seconds)
        return None

    def is_well(self):
        return self.process.poll() is None and self.get('/health')[0] == 200

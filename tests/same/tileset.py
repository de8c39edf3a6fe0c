"""Tile files for the style `tiled`: pictures in an MBTiles archive, vector tiles in a folder."""
import sqlite3
import struct
import zlib

MAX_ZOOM = 3
ROWS = '''
    CREATE TABLE metadata (name TEXT, value TEXT);
    CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);
'''


def every_tile():
    """The address of every tile of all zooms."""
    for z in range(MAX_ZOOM + 1):
        for x in range(1 << z):
            for y in range(1 << z):
                yield z, x, y


def write_pictures(path):
    """An MBTiles archive of different pictures; its rows are counted from the south."""
    database = sqlite3.connect(path)
    database.executescript(ROWS)
    facts = [('format', 'png'), ('minzoom', '0'), ('maxzoom', str(MAX_ZOOM))]
    database.executemany('INSERT INTO metadata VALUES (?, ?)', facts)
    rows = [(z, x, (1 << z) - 1 - y, picture(z, x, y)) for z, x, y in every_tile()]
    database.executemany('INSERT INTO tiles VALUES (?, ?, ?, ?)', rows)
    database.commit()
    database.close()


def picture(z, x, y):
    """A PNG of checks, in colours that tell the tile's address."""
    lines = []
    for j in range(256):
        dark, light = (shade(check, j, x, y, z) * 32 for check in (0, 90))
        pair = light + dark if j // 32 % 2 else dark + light
        lines.append(b'\0' + pair * 4)
    head = struct.pack('>IIBBBBB', 256, 256, 8, 2, 0, 0, 0)
    data = zlib.compress(b''.join(lines))
    chunks = chunk(b'IHDR', head), chunk(b'IDAT', data), chunk(b'IEND', b'')
    return b'\x89PNG\r\n\x1a\n' + b''.join(chunks)


def shade(check, row, x, y, z):
    return bytes((check + x * 19 % 160, row // 2 + check // 2, y * 23 % 200 + z * 9))


def chunk(name, data):
    return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))


def write_shapes(folder):
    """`folder/{z}/{x}/{y}.pbf`."""
    for z, x, y in every_tile():
        column = folder / str(z) / str(x)
        column.mkdir(parents=True, exist_ok=True)
        (column / f'{y}.pbf').write_bytes(shapes(z, x, y))


def shapes(z, x, y):
    """A tile with an area and a road, both of which reach over its sides."""
    seed = x * 7 + y * 13 + z * 5
    area = [(-200, 300 + seed * 9), (2100, -150), (4300, 2200), (1800, 4290)]
    road = [(-256, 500), (1500 + seed * 20, 3000), (4352, 1000)]
    features = feature(3, 0, geometry(area) + number(15)) + feature(2, 1, geometry(road))
    keys = text(3, 'kind') + text(3, 'rank')
    values = message(4, text(1, 'area')) + message(4, text(1, 'road'))
    values += message(4, field(5, 0) + number(seed % 11))
    version, extent = field(15, 0) + number(2), field(5, 0) + number(4096)
    return message(3, version + text(1, 'shapes') + features + keys + values + extent)


def feature(kind, name, path):
    """A feature whose first property is the value `name`, and whose second is the third value."""
    tags = b''.join(map(number, (0, name, 1, 2)))
    return message(2, message(2, tags) + field(3, 0) + number(kind) + message(4, path))


def geometry(points):
    """The commands that draw a line: move to the first point, then on to all others."""
    out, before = b'', (0, 0)
    for i, point in enumerate(points):
        if i < 2:
            out += number(1 | 1 << 3) if i == 0 else number(2 | (len(points) - 1) << 3)
        for now, last in zip(point, before):
            out += number((now - last) << 1 if now >= last else ((last - now) << 1) - 1)
        before = point
    return out


def text(tag, value):
    return message(tag, value.encode())


def message(tag, data):
    return field(tag, 2) + number(len(data)) + data


def field(tag, wire):
    return number(tag << 3 | wire)


def number(value):
    """A whole number as Protocol Buffers write it."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes((value,))

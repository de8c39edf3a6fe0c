"""The ground of the map's region as tiles of heights: NOAA GLOBE, 30 arc seconds, public domain.

GLOBE 1.0 (Hastings and Dunbar, 1999; https://www.ngdc.noaa.gov/mgg/topo/globe.html) is a work of the United States' government. The
package that carries its tile G has set heights below the sea level of the oceans to 0: the Caspian's shore, 28 m below, is flat.
"""
import io
import math

import numpy
from PIL import Image
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

import inputs

# West, south, east, north: the frame of the layers and half as much again.
REGION = (41.0, 36.5, 53.0, 44.5)
# What is drawn around it, as coarse as the first zoom has it: whole tiles, all within the source.
AROUND = (22.6, 22.0, 67.4, 48.9)
# Below the first the tiles go beyond the source; a height of the source has about the size of a px at the last.
MIN_ZOOM, MAX_ZOOM = 5, 7
SIDE = 256
# Degrees of the source's upper left corner, and heights a degree.
NORTH, WEST, PER_DEGREE = 50, 0, 120


def steps(metres, z):
    """Whole metres, rounded more where the ground is high and steep, and where a px is a mean of many: what is left out is noise of the source
    (30 m, its authors say)."""
    step = (2 if z == MIN_ZOOM else 1) * numpy.where(metres < 300, 1, numpy.where(metres < 1000, 2, numpy.where(metres < 2000, 4, 8)))
    return (numpy.round(metres / step) * step).astype(int)


def cubic(t):
    """Catmull and Rom's weights of four values around a place between the second and the third."""
    return ((-t + 2 * t ** 2 - t ** 3) / 2, (2 - 5 * t ** 2 + 3 * t ** 3) / 2, (t + 4 * t ** 2 - 3 * t ** 3) / 2, (-t ** 2 + t ** 3) / 2)


def heights(globe, lat, lon):
    """Heights at places, between those of the source."""
    row, column = (NORTH - lat) * PER_DEGREE - 0.5, (lon - WEST) * PER_DEGREE - 0.5
    rows, columns = numpy.floor(row).astype(int), numpy.floor(column).astype(int)
    down, across = cubic(row - rows), cubic(column - columns)
    return sum(down[i] * across[j] * globe[rows + i - 1, columns + j - 1] for i in range(4) for j in range(4))


def tile(globe, z, x, y):
    """A tile's heights; where its px are larger than the source's, the mean of several."""
    over = 2 ** (MAX_ZOOM - z)
    side = SIDE * over
    at = (numpy.arange(side) + 0.5) / side
    lon = (x + at) / 2 ** z * 360 - 180
    lat = numpy.degrees(numpy.arctan(numpy.sinh(math.pi * (1 - 2 * (y + at) / 2 ** z))))
    fine = heights(globe, *numpy.meshgrid(lat, lon, indexing='ij'))
    return fine.reshape(SIDE, over, SIDE, over).mean((1, 3))


def picture(metres, z):
    """As MapLibre's `terrarium` has heights: 256 times red and green, less 32,768 m."""
    value = numpy.clip(steps(metres, z), 0, None) + 32768
    rgb = numpy.stack([value >> 8, value & 255, numpy.zeros_like(value)], axis=-1).astype(numpy.uint8)
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, 'webp', lossless=True, quality=100, method=6, exact=True)
    return out.getvalue()


def tiles(z):
    """Columns and rows of the tiles that meet the region."""
    west, south, east, north = AROUND if z == MIN_ZOOM else REGION

    def at(lon, lat):
        return (lon + 180) / 360 * 2 ** z, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2 ** z

    (first, top), (last, bottom) = at(west, north), at(east, south)
    return [(x, y) for x in range(int(first), int(last) + 1) for y in range(int(top), int(bottom) + 1)]


def write(path):
    globe = numpy.load(inputs.GLOBE)
    globe = globe[globe.files[0]].astype(numpy.float64)
    with open(path, 'wb') as file:
        writer = Writer(file)
        named = {zxy_to_tileid(z, x, y): (z, x, y) for z in range(MIN_ZOOM, MAX_ZOOM + 1) for x, y in tiles(z)}
        for number in sorted(named):
            writer.write_tile(number, picture(tile(globe, *named[number]), named[number][0]))
        west, south, east, north = (round(v * 10_000_000) for v in AROUND)
        writer.finalize(
            {'tile_type': TileType.WEBP, 'tile_compression': Compression.NONE, 'min_zoom': MIN_ZOOM, 'max_zoom': MAX_ZOOM,
             'min_lon_e7': west, 'min_lat_e7': south, 'max_lon_e7': east, 'max_lat_e7': north,
             'center_zoom': MAX_ZOOM, 'center_lon_e7': (west + east) // 2, 'center_lat_e7': (south + north) // 2},
            {'name': 'Relief', 'attribution': 'Relief: NOAA GLOBE', 'description': 'Heights in metres, terrarium encoding'})

"""The land of the whole world, coarse, for the small globe beside a map: Natural Earth 1:110m (public domain). It is no layer."""
import json

import pyogrio
import shapely

import inputs

LAND = inputs.MAGICS.parent / '110m' / 'ne_110m_land.shp'


def write(path):
    """Exteriors counterclockwise, then their holes; degrees, two digits after the point (a kilometre, far finer than the map)."""
    geometries = pyogrio.read_dataframe(LAND).geometry
    polygons = [p for g in geometries for p in (g.geoms if g.geom_type == 'MultiPolygon' else [g])]
    rings = []
    for polygon in sorted((shapely.geometry.polygon.orient(p) for p in polygons), key=lambda p: -p.area):
        rings.append([[[round(x, 2), round(y, 2)] for x, y in ring.coords] for ring in (polygon.exterior, *polygon.interiors)])
    text = json.dumps({'source': 'Natural Earth 1:110m land (Debian libmagics++-data 4.13.0)', 'license': 'public domain', 'polygons': rings},
                      separators=(',', ':'))
    path.parent.mkdir(exist_ok=True)
    path.write_text(text + '\n')


if __name__ == '__main__':
    inputs.fetch()
    write(inputs.HERE.parent / 'globe' / 'land.json')

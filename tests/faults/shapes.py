"""Geometries that cost most: zigzags, combs, stars, walks, spirals, nested rings."""

import math

BOX = (44.0, 38.0, 48.0, 41.0)


def lines(count, random):
    """Lines of so many positions by what they are called."""
    west, south, east, north = BOX
    share = [i / count for i in range(count)]

    def at(x, y):
        return [round(west + x * (east - west), 7), round(south + y * (north - south), 7)]

    def turned(radius, turns):
        return [
            at(0.5 + radius(s) * math.cos(math.tau * turns * s), 0.5 + radius(s) * math.sin(math.tau * turns * s))
            for s in share
        ]

    walk, x, y = [], 0.5, 0.5
    for _ in share:
        x = min(1, max(0, x + random.uniform(-0.01, 0.01)))
        y = min(1, max(0, y + random.uniform(-0.01, 0.01)))
        walk.append(at(x, y))
    return {
        'zigzag': [at(s, i % 2) for i, s in enumerate(share)],
        'comb': [at(i % 2, s) for i, s in enumerate(share)],
        'slanted comb': [at(s / 2 + (i % 2) / 2, i % 2) for i, s in enumerate(share)],
        'scribble': [at(random.random(), random.random()) for _ in share],
        'star': turned(lambda s: 0.5, count / 2 - 1),
        'spokes': [at(0.5, 0.5) if i % 2 else p for i, p in enumerate(turned(lambda s: 0.5, 1))],
        'spiral': turned(lambda s: s / 2, 50),
        'walk': walk,
        'to and fro': [at((i * 7 % count) / count, 0.5) for i in range(count)],
    }


def rings(count):
    """Polygons whose outlines do not cross: a comb, a slanted one, rings in one another."""
    west, south, east, north = BOX

    def closed(positions):
        return [*positions, positions[0]]

    teeth = count // 3

    def comb(lean):
        ring = []
        for i in range(teeth):
            x, step = west + (east - west) * i / teeth / 2, (east - west) / teeth / 6
            ring += [[x, south], [x + lean + step, north], [x + 2 * step, south]]
        return [closed([*ring, [east, south], [east, south - 1], [west, south - 1]])]

    sides, nested = 40, []
    for ring in range(max(1, count // sides)):
        radius = 1.4 * (1 - ring / (count / sides + 1))
        circle = [
            [46 + radius * math.cos(math.tau * i / sides), 39.5 + radius * math.sin(math.tau * i / sides)]
            for i in range(sides)
        ]
        nested.append(closed(circle))
    # Each ring but the first is a hole of one polygon or the outline of the next.
    shells = [nested[i : i + 2] for i in range(0, len(nested), 2)]
    return {
        'comb': {'type': 'Polygon', 'coordinates': comb(0)},
        'slanted comb': {'type': 'Polygon', 'coordinates': comb((east - west) / 2)},
        'nested rings': {'type': 'MultiPolygon', 'coordinates': shells},
    }


def hostile(count, random):
    """Geometries of so many positions, each with its name."""
    for name, line in lines(count, random).items():
        half = len(line) // 2
        yield f'line {name}', {'type': 'LineString', 'coordinates': line}
        yield f'lines {name}', {'type': 'MultiLineString', 'coordinates': [line[:half], line[half:]]}
        yield f'points {name}', {'type': 'MultiPoint', 'coordinates': line}
        yield f'polygon {name}', {'type': 'Polygon', 'coordinates': [[*line, line[0]]]}
        mixed = [{'type': 'LineString', 'coordinates': line[:half]}, {'type': 'Point', 'coordinates': line[-1]}]
        yield f'collection {name}', {'type': 'GeometryCollection', 'geometries': mixed}
    for name, polygon in rings(count).items():
        yield f'sound {name}', polygon

"""How far Natural Earth's lines lie from the ground that they follow, and the correction.

Natural Earth's borders have the right shape here, but lie one to three kilometres from where they belong, and neighbouring ones lie off in the
same direction. They follow ridges and rivers nearly everywhere: so the smooth field is sought that moves them onto the ridges and valleys of the
heights (NOAA GLOBE), and so that places lie in their own countries and districts. Nothing else is used: no other map's lines.

The field is a uniform bicubic B-spline; its coefficients are `tables/displacement.csv` (degrees), which `build.py` only reads. To find them again:

    .cache/venv/bin/python displacement.py

It takes a minute and writes the table. The former oblast's outline and the cease-fire line are of another origin (Natural Earth's disputed lines):
wherever the outline is moved to by up to two kilometres, it lies on no better ground than where it is, so it stays.
"""
import csv
import json
import math

import numpy as np
import shapely
from scipy import sparse
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.optimize import minimize
from shapely.ops import linemerge, unary_union

import inputs
import settlements
from features import HERE, WIDE, table

STEP = (0.2, 0.15)                              # degrees between coefficients: about 17 km
FADE = 0.4                                      # degrees within the margin's edge over which the field goes to nothing
NODES = tuple(math.ceil((WIDE[2 + k] - WIDE[k]) / STEP[k]) + 3 for k in (0, 1))
KM = np.array([111.32 * math.cos(math.radians(39.8)), 111.13])                  # a degree of longitude and of latitude in km
TABLE = HERE / 'tables' / 'displacement.csv'


def weights(xy):
    """The four nodes each way that a place hangs on, and how much on each."""
    out = []
    for k in (0, 1):
        t = np.clip((xy[:, k] - WIDE[k]) / STEP[k], 0, NODES[k] - 3 - 1e-9)
        i = np.floor(t).astype(int)
        f = t - i
        out.append((i, np.stack([(1 - f) ** 3, 3 * f ** 3 - 6 * f ** 2 + 4, -3 * f ** 3 + 3 * f ** 2 + 3 * f + 1, f ** 3], -1) / 6))
    return out


def fade(xy):
    """1 inside, 0 at the edge of what was read."""
    edge = np.minimum(xy - np.array(WIDE[:2]), np.array(WIDE[2:]) - xy).min(axis=1)
    t = np.clip(edge / FADE, 0, 1)
    return t * t * (3 - 2 * t)


class Field:
    """A displacement, degrees."""

    def __init__(self):
        self.coefficients = np.zeros((2, NODES[1], NODES[0]))
        for row in table(TABLE.name):
            self.coefficients[:, int(row['row']), int(row['column'])] = float(row['east']), float(row['north'])

    def at(self, xy):
        """How far each place is moved."""
        (i, wx), (j, wy) = weights(xy)
        out = np.zeros_like(xy)
        for a in range(4):
            for b in range(4):
                out += (wx[:, a] * wy[:, b])[:, None] * self.coefficients[:, j + b, i + a].T
        return out * fade(xy)[:, None]

    def move(self, geometry):
        """A geometry where it belongs; long edges are cut first, so that they bend with their neighbours."""
        return shapely.transform(shapely.segmentize(geometry, 0.1), lambda xy: xy + self.at(xy))


# Finding the field.

COUNTRIES, DISTRICTS, RIVERS, PLACES, PLACES_IN_DISTRICTS, ANCHORS = 1.0, 0.1, 1.0, 15.0, 0.6, 15.0
PIECE_KM, POINT_KM = 5.0, 0.7
BENDING, SLOPE = 0.24, 0.3                     # what a bent and what a sloping field costs
SCALES = ((2.0, 10.0, 30), (1.4, 7.0, 8), (1.0, 5.0, 3), (0.6, 4.0, 1))         # km, km, and how stiff the field is meanwhile
MARGIN_KM, REACH_KM, ROBUST_KM = 0.4, 5.0, 4.0


def prominence(inner_km, outer_km):
    """How far the ground stands above or below what is round it, in standard deviations of it; with its slopes; as functions of degrees."""
    archive = np.load(inputs.GLOBE)
    row, column = round((50 - WIDE[3]) * 120), round(WIDE[0] * 120)
    heights = archive[archive.files[0]][row:round((50 - WIDE[1]) * 120), column:round(WIDE[2] * 120)].astype(float)
    cell = KM[::-1] / 120
    fine, coarse = (gaussian_filter(heights, s / cell) for s in (inner_km, outer_km))
    spread = np.sqrt(np.maximum(gaussian_filter((heights - coarse) ** 2, outer_km / cell), 25.0 ** 2))
    t = (fine - coarse) / spread
    south, east = np.gradient(t)

    def sample(xy):
        at = [(50 - xy[:, 1]) * 120 - row - 0.5, xy[:, 0] * 120 - column - 0.5]
        take = lambda a: map_coordinates(a, at, order=1, mode='nearest')         # noqa: E731
        return take(t), np.stack([take(east) * 120, -take(south) * 120])
    return sample


def basis(xy):
    """The field at places as a product with its coefficients."""
    (i, wx), (j, wy) = weights(xy)
    n = np.arange(len(xy))
    parts = [(n, (j + b) * NODES[0] + i + a, wx[:, a] * wy[:, b]) for a in range(4) for b in range(4)]
    rows, columns, values = (np.concatenate(p) for p in zip(*parts))
    return sparse.csr_matrix((values * fade(xy)[rows], (rows, columns)), shape=(len(xy), NODES[0] * NODES[1]))


def merged(g):
    """The lines of a geometry, joined."""
    g = linemerge(g) if g.geom_type == 'MultiLineString' else g
    return [p for p in shapely.get_parts(g) if p.geom_type == 'LineString' and p.length > 0]


class Lines:
    """Lines that follow ridges or valleys, piece by piece; `valley`: that follow valleys alone."""

    def __init__(self, g, weight, valley=False):
        pieces = []
        for line in merged(shapely.transform(g, lambda a: a * KM)):
            n = max(1, round(line.length / PIECE_KM))
            for k in range(n):
                along = np.linspace(line.length * k / n, line.length * (k + 1) / n, max(2, int(line.length / n / POINT_KM)))
                pieces.append(shapely.get_coordinates(shapely.line_interpolate_point(line, along)))
        self.xy = np.concatenate(pieces) / KM
        self.n = np.array([len(p) for p in pieces])
        self.starts = np.cumsum(self.n) - self.n
        self.weight = weight * np.array([np.hypot(*np.diff(p, axis=0).T).sum() for p in pieces])
        self.basis, self.valley = basis(self.xy), valley

    def cost(self, c, sample):
        """Less the better the pieces lie; and its slope by the coefficients."""
        t, slope = sample(self.xy + (self.basis @ c.T))
        mean = np.add.reduceat(t, self.starts) / self.n
        value, by_mean = (-mean, -np.ones_like(mean)) if self.valley else (lambda v: (v, mean / v))(np.sqrt(mean ** 2 + 0.04))
        k = np.repeat(by_mean * self.weight / self.n, self.n)
        return -(value * self.weight).sum(), -np.stack([self.basis.T @ (k * s) for s in slope])

    def score(self, c, sample):
        """The mean prominence of the pieces."""
        return -self.cost(c, sample)[0] / self.weight.sum()


class Places:
    """Places and the areas that they lie in, of those near the outline."""

    def __init__(self, items, weight):
        self.weight, self.items = weight, []
        for xy, area in items:
            area = shapely.transform(area, lambda a: a * KM)
            at = shapely.Point(xy * KM)
            if area.boundary.distance(at) < REACH_KM:
                self.items.append((xy, area, area.boundary))
        for _, area, outline in self.items:
            shapely.prepare(area)
            shapely.prepare(outline)
        self.basis = basis(np.array([xy for xy, _, _ in self.items]))

    def inside_km(self, c):
        """How far each lies within its area when this is moved, and which way further in."""
        distances, ways = [], []
        for (xy, area, outline), shift in zip(self.items, self.basis @ c.T):
            at = shapely.Point((xy - shift) * KM)
            near = shapely.get_coordinates(shapely.shortest_line(at, outline))[1]
            way = (xy - shift) * KM - near
            d = max(np.hypot(*way), 1e-9)
            sign = 1 if area.contains(at) else -1
            distances.append(sign * d)
            ways.append(sign * way / d)
        return np.array(distances), np.array(ways)

    def cost(self, c, _):
        """Grows with how far places lie outside, but not without end: some are wrong themselves."""
        inside, ways = self.inside_km(c)
        h2 = np.maximum(0, MARGIN_KM - inside) ** 2
        fall = 1 + h2 / ROBUST_KM ** 2
        k = 2 * np.sqrt(h2) / fall ** 2 * self.weight
        return self.weight * (h2 / fall).sum(), np.stack([self.basis.T @ (k * ways[:, i] * KM[i]) for i in (0, 1)])


def stiffness():
    """What bending and slope cost, as matrices over the coefficients."""
    first = [sparse.csr_matrix(np.diff(np.eye(n), axis=0)) for n in NODES]
    second = [sparse.csr_matrix(np.diff(np.eye(n), 2, axis=0)) for n in NODES]
    one = [sparse.eye(n) for n in NODES]
    xx, yy, xy = sparse.kron(one[1], second[0]), sparse.kron(second[1], one[0]), sparse.kron(first[1], first[0])
    x, y = sparse.kron(one[1], first[0]), sparse.kron(first[1], one[0])
    return (xx.T @ xx + yy.T @ yy + 2 * xy.T @ xy), x.T @ x + y.T @ y


def solve(terms, c, bending, slope, sample):
    """The best field from one on."""
    bent, sloped = stiffness()
    stiff = bending * bent + slope * sloped
    scale = KM[:, None]

    def energy(v):
        c = v.reshape(2, -1) / scale
        sums = [t.cost(c, sample) for t in terms]
        e, g = sum(s[0] for s in sums), sum(s[1] for s in sums) / scale
        pull = np.stack([stiff @ row for row in v.reshape(2, -1)])
        return e + (v.reshape(2, -1) * pull).sum(), (g + 2 * pull).ravel()
    return minimize(energy, (c * scale).ravel(), jac=True, method='L-BFGS-B', options={'maxiter': 200}).x.reshape(2, -1) / scale


def located(countries, districts):
    """Places with the country that they lie in, and with the district."""
    iso = {'AM': 'ARM', 'AZ': 'AZE', 'GE': 'GEO', 'IR': 'IRN', 'RU': 'RUS', 'TR': 'TUR'}
    known = [(np.array([c['longitude'], c['latitude']]), iso[c['countrycode']], c['admin1code'])
             for _, c in sorted(json.loads(inputs.CITIES.read_text(encoding='utf-8')).items())
             if c['countrycode'] in iso and shapely.box(*WIDE).buffer(-FADE).contains(shapely.Point(c['longitude'], c['latitude']))]
    abroad = [(xy, countries[c]) for xy, c, _ in known]
    abroad += [(np.array([float(r['lon']), float(r['lat'])]), countries[r['country']]) for r in table('places.csv') if not r['geonameid']]
    votes = {}
    for xy, c, code in known:
        for name, d in districts.items():
            if name[0] == c and d['geom'].contains(shapely.Point(xy)):
                votes.setdefault((c, code), []).append(name)
    named = {key: max(sorted(set(v)), key=v.count) for key, v in votes.items()}
    return abroad, [(xy, districts[named[c, code]]['geom']) for xy, c, code in known if (c, code) in named]


def find():
    """Finds the field and writes the table."""
    import faces
    base, l1, sea, islands, _ = faces.ne_lines(None)
    countries = faces.label_countries(base, sea, islands)
    districts = faces.label_districts(base, l1, countries, None)
    edge = shapely.box(*WIDE).boundary
    between = unary_union([countries[a].boundary.intersection(countries[b].boundary) for a in countries for b in countries if a < b]).difference(edge)
    rivers = unary_union(list(faces.read('ne_10m_rivers_lake_centerlines').geometry)).intersection(shapely.box(*WIDE))
    apart = between.buffer(0.003)
    abroad, in_districts = located(countries, districts)
    lines = [Lines(between, COUNTRIES), Lines(unary_union(l1).difference(apart), DISTRICTS), Lines(rivers, RIVERS, valley=True)]
    anchors = [(np.array([lon, lat]), districts['AZE', name]['geom']) for name, lon, lat in settlements.ANCHORS]
    places = [Places(abroad, PLACES), Places(in_districts, PLACES_IN_DISTRICTS), Places(anchors, ANCHORS)]
    none = np.zeros((2, NODES[0] * NODES[1]))
    sample = prominence(*SCALES[0][:2])
    shifts = [np.broadcast_to(np.array([e, n])[:, None] / KM[:, None], none.shape) for e in np.arange(-3, 3.1, .5) for n in np.arange(-3, 3.1, .5)]
    borders = min(shifts, key=lambda c: sum(t.cost(c, sample)[0] for t in (lines[0], lines[2], places[0])))
    for inner, outer, stiff in SCALES:
        borders = solve(lines + places, borders, BENDING * stiff, SLOPE * stiff, prominence(inner, outer))
    sample = prominence(*SCALES[-1][:2])
    for name, t in zip(('between countries', 'between districts', 'rivers'), lines):
        print('%-18s prominence %.2f, moved %.2f' % (name, t.score(none, sample), t.score(borders, sample)))
    for name, t in zip(('country', 'district', 'anchor'), places):
        print('%-18s wrong %d of %d near, moved %d' % (name, (t.inside_km(none)[0] < 0).sum(), len(t.items), (t.inside_km(borders)[0] < 0).sum()))
    with open(TABLE, 'w', encoding='utf-8', newline='') as f:
        out = csv.writer(f, lineterminator='\n')
        out.writerow(('column', 'row', 'east', 'north'))
        for i, (east, north) in enumerate(borders.T):
            out.writerow((i % NODES[0], i // NODES[0], f'{east:.5f}', f'{north:.5f}'))


if __name__ == '__main__':
    find()

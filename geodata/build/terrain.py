"""What the heights say (NOAA GLOBE, 30 arc seconds): where water runs, where it stands behind a dam, and where lakes lie."""
import heapq
from functools import lru_cache

import numpy as np
import shapely
from scipy.ndimage import label
from shapely import affinity
from shapely.geometry import LineString, Point

import inputs
from features import G, km2

WEST, SOUTH, EAST, NORTH = 44.5, 38.3, 48.5, 41.2
CELLS = 120                                     # a degree
FINE = 10                                       # parts of a cell's side, for shores


@lru_cache
def heights():
    """Metres, row by row from the north."""
    archive = np.load(inputs.GLOBE)
    rows = slice(round((50 - NORTH) * CELLS), round((50 - SOUTH) * CELLS))
    return archive[archive.files[0]][rows, round(WEST * CELLS):round(EAST * CELLS)].astype(float)


def cell(lon, lat):
    """Row and column."""
    return int((NORTH - lat) * CELLS), int((lon - WEST) * CELLS)


def middle(row, column):
    """Where a cell's middle lies."""
    return WEST + (column + 0.5) / CELLS, NORTH - (row + 0.5) / CELLS


@lru_cache
def drainage():
    """Into which cell each drains, and how many drain through it: priority flood from the edges, so that water leaves every hollow at its lowest
    rim (Barnes, Lehman and Mulla 2014)."""
    h = heights()
    rows, columns = h.shape
    into, seen, order = np.full(h.size, -1), np.zeros(h.shape, bool), []
    queue = [(h[r, c], i, r, c) for i, (r, c) in enumerate((r, c) for r in range(rows) for c in range(columns) if r in (0, rows - 1) or c in (0, columns - 1))]
    for _, _, r, c in queue:
        seen[r, c] = True
    heapq.heapify(queue)
    n = len(queue)
    while queue:
        level, _, r, c = heapq.heappop(queue)
        order.append(r * columns + c)
        for a in range(max(0, r - 1), min(rows, r + 2)):
            for b in range(max(0, c - 1), min(columns, c + 2)):
                if not seen[a, b]:
                    seen[a, b] = True
                    into[a * columns + b] = r * columns + c
                    n += 1
                    heapq.heappush(queue, (max(h[a, b], level), n, a, b))
    through = np.ones(h.size)
    for i in reversed(order):
        if into[i] >= 0:
            through[into[i]] += through[i]
    return into, through.reshape(h.shape)


def run(lon, lat, until=lambda row, column: False):
    """Where water runs from the most drained cell at a place on, as cells; `until` says whether it has come far enough."""
    into, through = drainage()
    r, c = cell(lon, lat)
    cells = [max(((a, b) for a in range(r - 1, r + 2) for b in range(c - 1, c + 2)), key=lambda at: through[at])]
    while not until(*cells[-1]):
        following = into[cells[-1][0] * heights().shape[1] + cells[-1][1]]
        if following < 0:
            break
        cells.append(divmod(int(following), heights().shape[1]))
    return cells


def line(cells):
    """A run as a line without the grid's steps: each place the mean of its neighbours, the ends where they are."""
    at = np.array([middle(*c) for c in cells])
    for _ in range(3):
        at[1:-1] = (at[:-2] + 2 * at[1:-1] + at[2:]) / 4
    return shapely.set_precision(LineString(at).simplify(0.0008), 1e-6)


class Valley:
    """The ground round a course, in fine cells (linear between heights), each with the part of the course that it is nearest to."""

    def __init__(self, course):
        self.at = np.array([middle(*c) for c in course])
        (west, south), (east, north) = self.at.min(axis=0) - 0.06, self.at.max(axis=0) + 0.06
        self.step = 1 / CELLS / FINE
        self.x, self.y = np.meshgrid(np.arange(west, east, self.step), np.arange(north, south, -self.step))
        row, column = (NORTH - self.y) * CELLS - 0.5, (self.x - WEST) * CELLS - 0.5
        r, c, h = np.floor(row).astype(int), np.floor(column).astype(int), heights()
        v, u = row - r, column - c
        self.z = (h[r, c] * (1 - u) + h[r, c + 1] * u) * (1 - v) + (h[r + 1, c] * (1 - u) + h[r + 1, c + 1] * u) * v
        self.near = np.hypot((self.x[..., None] - self.at[:, 0]) * 0.77, self.y[..., None] - self.at[:, 1]).argmin(axis=-1)
        self.cell_km2 = km2(shapely.box(self.x[0, 0], self.y.mean(), self.x[0, 0] + self.step, self.y.mean() + self.step))

    def water(self, dam, level):
        """What lies at or below a level, in one piece, above a dam: as a mask, its area in km2 and volume in km3."""
        end = np.hypot(*((self.at - dam) * [0.77, 1]).T).argmin()
        pieces, _ = label((self.z <= level) & (self.near <= end))
        sizes = np.bincount(pieces.ravel())
        sizes[0] = 0
        wet = pieces == sizes.argmax()
        return wet, wet.sum() * self.cell_km2, (level - self.z[wet]).sum() * self.cell_km2 / 1000

    def reservoir(self, dam, enough):
        """The outline behind a dam at the lowest level at which `enough` (of area and volume) holds; and that level, metres."""
        low = heights()[cell(*dam)]
        high = low + 400
        while high - low > 0.25:
            level = (low + high) / 2
            if enough(*self.water(dam, level)[1:]):
                high = level
            else:
                low = level
        wet, half = self.water(dam, high)[0], self.step * 0.5001
        lake = shapely.union_all(shapely.box(self.x[wet] - half, self.y[wet] - half, self.x[wet] + half, self.y[wet] + half))
        lake = lake.simplify(0.0006)
        return shapely.set_precision(max(shapely.get_parts(lake), key=lambda p: p.area), 1e-6), high


def levelled(lake):
    """A lake moved to where the heights are level: by the difference of the middles, so that its finer shape stays; and by how much, km."""
    west, south, east, north = lake.buffer(0.05).bounds
    (top, left), (bottom, right) = cell(west, north), cell(east, south)
    h = heights()[top:bottom + 1, left:right + 1]
    values, counts = np.unique(h, return_counts=True)
    rows, columns = np.nonzero(h == values[counts.argmax()])
    x, y = middle(top + rows, left + columns)
    half = 0.5001 / CELLS
    level = max(shapely.get_parts(shapely.union_all(shapely.box(x - half, y - half, x + half, y + half))), key=lambda p: p.area)
    there, here = level.centroid, lake.centroid
    return affinity.translate(lake, there.x - here.x, there.y - here.y), G.inv(here.x, here.y, there.x, there.y)[2] / 1000


def nearest_km(g, lon, lat):
    """How far a place is from a geometry, geodesic."""
    near = shapely.shortest_line(Point(lon, lat), g).coords[1]
    return G.inv(lon, lat, *near)[2] / 1000

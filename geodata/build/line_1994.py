"""Proposed line of contact 1994-2020: rule-based, from documented settlements; NE's ceasefire line only where nothing contradicts it.
Rules: M = midpoint between the nearest documented settlements of the two sides; V = the settlement itself, documented on the line;
D = documented distance; N = NE's own vertex, not contradicted; H = half way between the documented side (a held settlement,
or the chord between documented vertices) and NE's line, where a settlement of one side is not documented; S = start/end outside the conflict area. No vertex is placed to reach an area."""
from shapely.geometry import LineString, Point
import settlements as facts
from features import G

P = {n: (x, y) for n, y, x, *_ in list(facts.TOWNS) + list(facts.VILLAGES)}


def mid(a, b):
    """Midpoint of two settlements."""
    return ((P[a][0] + P[b][0]) / 2, (P[a][1] + P[b][1]) / 2)


def ne_between(loc, lo, hi, by=1):
    """NE ceasefire vertices with latitude (by=1) between lo and hi, east of 46.8, north to south."""
    return sorted((c for c in loc.coords if lo < c[by] < hi and c[0] > 46.8), key=lambda c: -c[1])


def rows(loc):
    """(lon, lat, rule, basis, accuracy_m) from north to south."""
    def m(a, b, acc):
        x, y = mid(a, b)
        gap = G.inv(*P[a], *P[b])[2] / 1000
        return (x, y, 'M', 'midpoint of %s (Armenian-held) and %s (Azerbaijani-held), %.1f km apart' % (a, b, gap), acc)
    out = [(46.745, 40.45, 'S', 'outside the conflict area; west of here the line is the Murov ridge, i.e. the outer border of Kalbajar and the oblast', 5000),
           m('Talish', 'Tapgaragoyunlu', 3000),
           (*P['Levonarkh (Goyarkh)'], 'V', 'Levonarkh, documented as on the ceasefire line', 2000)]
    x, y = P['Qapanli']
    west_of_qapanli = G.fwd(x, y, 250, 800)[:2]
    chord = LineString([P['Levonarkh (Goyarkh)'], west_of_qapanli])
    for c in ne_between(loc, 40.27, 40.32):
        if 46.85 < c[0] < 46.955:
            near = chord.interpolate(chord.project(Point(c)))
            out.append(((c[0] + near.x) / 2, (c[1] + near.y) / 2, 'H', 'half way between the chord Levonarkh - Qapanli and Natural Earth\'s line, which '
                        'would run east of Azerbaijani Qapanli', 3000))
    out.append((*west_of_qapanli, 'V', 'Qapanli, Azerbaijani-held, at the line; 0.8 km to its west-south-west', 1500))
    y = P['Banovshalar'][1]
    row = LineString([(46.8, y), (47.6, y)])
    ne = row.intersection(loc)
    ne = ne if ne.geom_type == 'Point' else max(ne.geoms, key=lambda p: p.x)
    chord = row.intersection(LineString([P['Seysulan'], mid('Giyasli', 'Mahrizli')]))
    out += [(*P['Seysulan'], 'V', 'Seysulan, documented as on the line of contact', 1500),
            ((ne.x + chord.x) / 2, y, 'H', 'half way between the chord Seysulan - Giyasli/Mahrizli and Natural Earth\'s line, which would run through Azerbaijani Banovshalar', 5000),
            m('Giyasli', 'Mahrizli', 5000), m('Novruzlu', 'Garadaghli', 2500)]
    x, y = P['Yusifjanli']
    lon, lat, _ = G.fwd(x, y, 90, 800)
    out.append((lon, lat, 'V', 'Yusifjanli: most, not all, of the village held; 0.8 km east of its centre', 1500))
    x, y = P['Marzili']
    nx = LineString([(46.9, y), (47.6, y)]).intersection(loc)
    nx = nx if nx.geom_type == 'Point' else max(nx.geoms, key=lambda p: p.x)
    out.append(((x + nx.x) / 2, y, 'H', 'half way between Marzili (held) and Natural Earth\'s line (known to lie too far east here)', 5000))
    for c in ne_between(loc, 39.66, 39.87):
        out.append((c[0], c[1], 'N', 'Natural Earth ceasefire line (Martuni town held, Aghjabadi Azerbaijani: not contradicted)', 4000))
    x, y = P['Alkhanli']
    lon, lat, _ = G.fwd(x, y, 270, 2750)
    out.append((lon, lat, 'D', 'Alkhanli lies 2.5-3 km from the line (Turan, 7 Jul 2017); taken 2.75 km to its west', 2000))
    out += [m('Kurdlar', 'Zobujug-3', 5000), m('Horadiz village', 'Horadiz', 4000),
            m('Lalatapa hill', 'Jojug Marjanli', 1500), m('Mehdili', 'Jojug Marjanli', 1500),
            (47.305, 39.36, 'S', 'south of the Aras, outside the conflict area', 2000)]
    return out


def cut_line(loc):
    """The proposed line as a LineString."""
    return LineString([(round(r[0], 6), round(r[1], 6)) for r in rows(loc)])


def check(line):
    """Side of every documented settlement against the line: (name, side, ok, km from the line)."""
    from shapely.geometry import Polygon
    east = Polygon(list(line.coords) + [(48.5, 39.0), (48.5, 41.0)])
    res = []
    for n, y, x, _, side, *_ in facts.VILLAGES:
        if side:
            q = line.interpolate(line.project(Point(x, y)))
            d = G.inv(x, y, q.x, q.y)[2] / 1000
            is_east = east.contains(Point(x, y))
            res.append((n, side, side == 'L' or is_east == (side == 'Z'), d))
    return res

"""Every area layer is a union of the same atomic faces: all lines are noded once on a 1e-6 degree grid, polygonised, and each face is
labelled. Shared borders are therefore vertex-identical in every layer, and gaps or overlaps cannot arise."""
import warnings
import geopandas as gpd
import shapely
from shapely.geometry import MultiPoint, Point, Polygon
from shapely.ops import linemerge, polygonize, snap, unary_union
import displacement
import settlements as facts
from features import FRAME, GRID, WIDE, dissolve, km2, polys
from inputs import MAGICS, QGIS
warnings.filterwarnings('ignore')
WBOX = shapely.box(*WIDE)
RULE = 'thiessen'                                                               # or 'least', see village_fix


def read(name):
    """A Natural Earth shapefile from libmagics++-data (geometry only is trusted: its text is mis-encoded)."""
    return gpd.read_file(MAGICS / (name + '.shp'), bbox=WIDE)


def ne_lines(field):
    """By a displacement field (None: as they are): country lines with the coast, admin-1 lines snapped to them (0.002 degrees closes the gaps where NE's lines stop short), sea, lakes."""
    a0, a1, land = read('ne_10m_admin_0_boundary_lines_land'), read('ne_10m_admin_1_states_provinces_lines'), read('ne_10m_land')
    ext, holes = [], []
    for g in land.geometry:
        for p in polys(g):
            ext.append(p.exterior)
            holes += [Polygon(r) for r in p.interiors]
    sea = unary_union([h for h in holes if km2(h) > 1e5])                       # the Caspian is a hole in Eurasia
    lakes = [h for h in holes if km2(h) < 1e5 and FRAME.contains(h.representative_point())]
    base = unary_union(list(a0.geometry.intersection(WBOX)) + [unary_union(ext).intersection(WBOX), sea.boundary.intersection(WBOX), WBOX.boundary])
    l1 = [snap(g, base, 0.002) for g in a1[a1.adm0_a3.isin(['AZE', 'ARM', 'GEO'])].geometry]
    islands = unary_union([Polygon(e) for e in ext if sea.contains(Polygon(e).representative_point())])
    if field:
        # Cut where they meet, so that they meet there when they are moved.
        pieces = shapely.get_parts(unary_union([base] + l1))
        on_base = shapely.dwithin(shapely.line_interpolate_point(pieces, .5, normalized=True), base, 1e-9)
        base, l1 = (unary_union([field.move(p) for p in pieces[those]]) for those in (on_base, ~on_base))
        l1, sea, islands = list(shapely.get_parts(l1)), field.move(sea), field.move(islands)
    return base, l1, sea, islands, lakes


def disputed():
    """The oblast ring (five NE pieces 'Former USSR oblast in 1991' chained, gaps of at most 0.3 km closed straight) and the ceasefire line."""
    d = gpd.read_file(QGIS, layer='disputed_borders', bbox=(45, 38.5, 48, 41))
    lines = list(linemerge(unary_union([p for g in d[d['name'].str.startswith('Former')].geometry for p in getattr(g, 'geoms', [g])])).geoms)
    ch = list(lines.pop(max(range(len(lines)), key=lambda i: lines[i].length)).coords)
    while lines:
        e = Point(ch[-1])
        dist, i, k = min((e.distance(Point(q.coords[k])), i, k) for i, q in enumerate(lines) for k in (0, -1))
        assert dist < .003, dist
        q = list(lines.pop(i).coords)
        ch += (q if k == 0 else q[::-1])[0 if dist > 1e-6 else 1:]
    assert Point(ch[0]).distance(Point(ch[-1])) < .003
    loc = linemerge(unary_union(list(d[d['name'].str.startswith('Cease')].geometry)))
    return Polygon(ch), loc


def label_countries(base, sea, islands):
    """Country polygons: faces of the country lines, named by the QGIS copy's generalised countries."""
    q = gpd.read_file(QGIS, layer='countries', bbox=WIDE)
    qg, out = q.geometry.make_valid(), {}
    for p in polygonize(base):
        if sea.contains(p.representative_point()) and not islands.contains(p.representative_point()):
            continue
        best = max(((p.intersection(g).area / p.area, i) for i, g in qg.items() if g.intersects(p)), default=(0, None))
        if best[0] > .5:
            out.setdefault(q.ISO_A3[best[1]], []).append(p)
        elif islands.contains(p.representative_point()):                       # small Caspian islands the generalised layer lacks
            near = min(qg.items(), key=lambda t: t[1].distance(p))[0]
            out.setdefault(q.ISO_A3[near], []).append(p)
    return {k: unary_union(v) for k, v in out.items()}


def label_districts(base, l1, countries, field):
    """Admin-1 polygons: faces of country + admin-1 lines, named by best overlap with the QGIS copy; every face of the three states gets one."""
    s = gpd.read_file(QGIS, layer='states_provinces', bbox=WIDE)
    s = s[s.adm0_a3.isin(['AZE', 'ARM', 'GEO'])]
    s = s.set_geometry([field.move(g) for g in s.geometry]) if field else s
    sg, out = s.geometry.make_valid(), {}
    for p in polygonize(unary_union(l1 + [base])):
        c = next((k for k in ('ARM', 'AZE', 'GEO') if countries[k].contains(p.representative_point())), None)
        if c:
            mine = [(i, g) for i, g in sg.items() if s.adm0_a3[i] == c]
            over, i = max((p.intersection(g).area, i) for i, g in mine)
            out.setdefault(i if over else min(mine, key=lambda t: t[1].distance(p))[0], []).append(p)
    res = {}
    for i, v in out.items():
        c, n, gn = s.adm0_a3[i], s['name'][i], s['gn_name'][i]
        en, az = facts.NAMES.get(gn, (None, None)) if c == 'AZE' else (facts.MARZ.get(n, n), None)
        en = en or gn.replace(' Rayonu', '').replace(' Rayon', '').replace(' City', '')
        res[(c, en)] = {'geom': unary_union(v), 'az': az or (n if c == 'AZE' else None), 'ne_name': n, 'ne_gn': gn}
    for i in [j for j in sg.index if j not in out and sg[j].intersects(FRAME)]:
        carve(res, s.adm0_a3[i], s['name'][i], s['gn_name'][i], sg[i])
    for n, x, y in facts.ANCHORS:
        assert res[('AZE', n)]['geom'].contains(Point(x, y)), n
    return res


def carve(res, c, n, gn, g):
    """A unit whose NE line does not close (Neftchala, Sumqayit, Lankaran city): cut from its host by the generalised QGIS copy of the same
    Natural Earth polygon; coastal crumbs of the host (under 20 km2) that touch it go with it."""
    key = max((k for k in res if k[0] == c), key=lambda k: res[k]['geom'].intersection(g).area)
    host = res[key]['geom']
    part = host.intersection(g)
    rest = sorted(polys(host.difference(g)), key=lambda p: -p.area)
    part = unary_union([p for p in polys(part)] + [p for p in rest[1:] if km2(p) < 20])
    res[key]['geom'] = host.difference(part)
    en, az = facts.NAMES.get(gn, (gn.replace(' Rayon', ''), n))
    res[(c, en)] = {'geom': part, 'az': az, 'ne_name': n, 'ne_gn': gn, 'carved': key[1]}


def village_fix(d, oblast):
    """Jabrayil/Fizuli: NE's line leaves documented Jabrayil villages in Fizuli. RULE 'thiessen' (used): each contradicted village takes out
    of NE's Fizuli its Thiessen cell among all known settlements of both districts: no free parameter, even-handed between villages.
    RULE 'least': only the convex hull of the contradicted villages, each with the mean territory of a Jabrayil settlement round it
    (1,050 km2 over 97 settlements, karabakh.az: a disc of 1.86 km). Both areas are printed; the truth probably lies between."""
    k = 0.7725                                                                  # cos 39.42 degrees: local equal scale
    pts = [(n, x, y, z) for n, y, x, z, *_ in list(facts.TOWNS) + list(facts.VILLAGES) if z in ('Jabrayil', 'Fizuli')]
    fiz = d[('AZE', 'Fizuli')]['geom']
    wrong = [p for p in pts if p[3] == 'Jabrayil' and fiz.contains(Point(p[1], p[2]))]
    cells = shapely.voronoi_polygons(MultiPoint([(x * k, y) for _, x, y, _ in pts]), extend_to=shapely.box(46.5 * k, 39, 48 * k, 40))
    jab = unary_union([c for c in cells.geoms if any(z == 'Jabrayil' and c.contains(Point(x * k, y)) for _, x, y, z in pts)])
    take = unary_union([c for c in cells.geoms if any(c.contains(Point(x * k, y)) for _, x, y, _ in wrong)])
    deg = (1050 / 97 / 3.141593) ** .5 / 111.03                                 # radius of the mean territory in degrees of latitude
    hull = unary_union([Point(x * k, y).buffer(deg, quad_segs=6) for _, x, y, _ in wrong]).convex_hull

    def back(g):
        g = shapely.transform(g, lambda a: a / [k, 1]).intersection(fiz.difference(oblast))
        return max(polys(g), key=lambda p: p.area)                              # crumbs beyond the oblast rim stay put
    print('village fix for', sorted(p[0] for p in wrong), 'takes %.1f km2; plain Thiessen cells would take %.1f' % (km2(back(hull.intersection(jab))), km2(back(take))))
    return back(hull.intersection(jab)) if RULE == 'least' else back(take)


def build(cut, regions):
    """All faces with labels: country, NE district, corrected district, in oblast, east of `cut` (the line of contact of 1994), and inside
    which of `regions`, polygons by name whose outlines cut the faces too."""
    field = displacement.Field()
    base, l1, sea, islands, lakes = ne_lines(field)
    oblast, loc = disputed()
    C = label_countries(base, sea, islands)
    D = label_districts(base, l1, C, field)
    fix = village_fix(D, oblast)
    lines = shapely.intersection(unary_union([base] + l1 + [g['geom'].boundary for g in D.values() if 'carved' in g] + [oblast.exterior, fix.boundary, cut, FRAME.boundary] + [g.boundary for g in regions.values()]), FRAME)
    noded = shapely.unary_union(shapely.get_parts(shapely.GeometryCollection([shapely.set_precision(lines, GRID), FRAME.boundary])), grid_size=GRID)
    east = Polygon(list(cut.coords) + [(48.5, 39.0), (48.5, 41.0)])
    faces = []
    for p in polygonize(noded):
        r = p.representative_point()
        c = next((k for k, g in C.items() if g.contains(r)), None)
        f = {'geom': p, 'sea': c is None and sea.contains(r), 'country': c, 'district': None, 'oblast': oblast.contains(r), 'east': east.contains(r)}
        if c in ('ARM', 'AZE', 'GEO'):
            f['district'] = next((k[1] for k, g in D.items() if k[0] == c and g['geom'].contains(r)), None)
            if f['district'] is None:                                           # grid slivers: nearest district of that country
                f['district'] = min(((g['geom'].distance(r), k[1]) for k, g in D.items() if k[0] == c))[1]
        f['ne_district'] = f['district']
        if f['district'] == 'Fizuli' and fix.contains(r):
            f['district'] = 'Jabrayil'
        f.update({n: g.contains(r) for n, g in regions.items()})
        faces.append(f)
    return faces, D, lakes, loc


def assign_seven(faces):
    """Which of the pre-1991 districts each face outside the oblast belonged to.
    1 a face of one of the seven, joined to that district's main body: that district;
    2 'rim': faces of rayons made after 1991 from oblast land, and bits of any neighbouring rayon that the oblast line cuts off from its
      main body, or that lie behind the line of contact (Tartar, Aghjabadi): the neighbouring pre-1991 district with which the connected piece
      shares the longest edge."""
    pool = [f for f in faces if f['country'] == 'AZE' and not f['oblast'] and 45.5 < f['geom'].centroid.x < 47.9 and 38.7 < f['geom'].centroid.y < 41]
    main, rim, log = {}, [], []
    for n in sorted({f['district'] for f in pool}):
        mine = [f for f in pool if f['district'] == n]
        if n in facts.OBLAST_MADE:
            rim += mine
            continue
        whole = [f for f in mine if f['east']] if n in ('Tartar', 'Aghjabadi') else mine
        body = max(polys(dissolve([f['geom'] for f in whole])), key=lambda p: p.area)
        for f in mine:
            inside = body.contains(f['geom'].representative_point())
            (main.setdefault(n, []) if inside or n not in set(facts.OFFICIAL) | {'Tartar', 'Aghjabadi', 'Goranboy'} else rim).append(f)
    bodies = {n: dissolve([f['geom'] for f in v]) for n, v in main.items()}
    for piece in sorted(polys(dissolve([f['geom'] for f in rim])), key=lambda p: -p.area):
        mine = [f for f in rim if piece.contains(f['geom'].representative_point())]
        share = {n: piece.boundary.intersection(b.boundary).length for n, b in bodies.items()}
        n = max(sorted(share), key=lambda t: share[t])
        if share[n] == 0:
            n = min(sorted(bodies), key=lambda t: bodies[t].distance(piece))
        c = piece.representative_point()
        log.append((km2(piece), c.x, c.y, '+'.join(sorted({f['district'] for f in mine})), n))
        main[n] += mine
        bodies[n] = dissolve([f['geom'] for f in main[n]])
    return main, log


def today(faces, main):
    """Rayons of today for districts.geojson. Khojaly, Khankendi, Shusha, Khojavend were made from whole oblast districts (law of 26 Nov 1991),
    so they end at the oblast line: their parts outside it go to the neighbour as in assign_seven; parts of Fizuli, Jabrayil, Lachin, Qubadli,
    Aghjabadi (and of Agdam south of 39.93, where only Askeran and Martuni adjoin) inside it go to the oblast-made rayon with the longest
    shared edge. Martakert was divided in 1992 among Tartar, Agdam, Kalbajar: there NE's lines stay."""
    for f in faces:
        f['today'] = f['district']
    for n, fs in main.items():
        for f in fs:
            if f['district'] in facts.OBLAST_MADE or (n == 'Jabrayil' and f['district'] == 'Fizuli'):
                f['today'] = n
    inside = [f for f in faces if f['country'] == 'AZE' and f['oblast']]
    odd = [f for f in inside if f['district'] in ('Fizuli', 'Jabrayil', 'Lachin', 'Qubadli', 'Aghjabadi') or (f['district'] == 'Agdam' and f['geom'].centroid.y < 39.93)]
    made = {n: dissolve([f['geom'] for f in inside if f['district'] == n]) for n in facts.OBLAST_MADE}
    for piece in polys(dissolve([f['geom'] for f in odd])):
        share = {n: piece.boundary.intersection(g.boundary).length for n, g in made.items()}
        n = max(sorted(share), key=lambda t: share[t])
        for f in odd:
            if share[n] > 0 and piece.contains(f['geom'].representative_point()):
                f['today'] = n

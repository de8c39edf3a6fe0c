"""The base map: countries, districts, sea, lakes, rivers; all but the waters from the common faces."""
import geopandas  # noqa: F401  (faces reads through it)
import shapely
from shapely.geometry import MultiLineString, Point
from shapely.ops import linemerge, unary_union

import authored
import displacement
import faces as F
import settlements
import terrain
from features import CC0, FRAME, GRID, NE0, NE1, NE_LAKES, NE_RIVERS, PD, as_multi, dissolve, feature, km, km2, names, save, slug, table

SPELLED = {'Sumqayit': 'Sumgait', 'Shaki': 'Sheki', 'Shaki city': 'Sheki city', 'Khankendi': 'Khankendi / Stepanakert'}


# Where a map of this frame writes a country's name: a choice of layout, no statement about the ground.
NAME_AT = {'ARM': (44.72, 40.42), 'AZE': (48.05, 40.42), 'GEO': (44.55, 41.85), 'IRN': (46.75, 38.3), 'RUS': (46.2, 42.75), 'TUR': (43.55, 39.35)}


def countries(faces):
    """Six countries clipped to the frame, and points to write their names at."""
    out, labels = [], []
    for row in table('countries.csv'):
        g = as_multi(dissolve([f['geom'] for f in faces if f['country'] == row['iso3']]))
        out.append(feature(g, id=slug('turkiye' if row['iso3'] == 'TUR' else row['name_en']), name=row['name_en'], **names(row),
                   **{'name:local': row['name_local']}, country=row['iso3'], area_km2=round(km2(g), 1), source=NE0, license=PD, accuracy_m=2000,
                   note='Clipped to lon 43-51, lat 38-43; the area is of the clipped part. Lakes are not cut out.'))
        at = Point(NAME_AT[row['iso3']])
        assert g.contains(at), row['name_en']
        labels.append(feature(at, id='name-' + out[-1]['id'], name=row['name_en'], **names(row), **{'name:local': row['name_local']}, country=row['iso3'],
                              kind='label', source='the layout of this map', license=CC0, accuracy_m=50000, note='Where the name is written; nothing lies there.'))
    save('countries.geojson', 'Countries', sorted(out, key=lambda f: f['id']))
    save('country-labels.geojson', 'Where the names of countries are written', sorted(labels, key=lambda f: f['id']))


def name_row(rows, country, name, shape):
    """The names of a district: by the point that the table gives, or else by name."""
    inside = [r for r in rows if r['country'] == country and r['lon'] and shape.contains(Point(float(r['lon']), float(r['lat'])))]
    spelled = SPELLED.get(name, name)
    ids = {slug(spelled), slug(name), slug(name).removesuffix('-city')}
    by_name = [r for r in rows if r['country'] == country and (r['id'][3:] in ids or r['name_en'] == spelled)]
    exact = [r for r in by_name if r['id'][3:] == slug(name) or r['id'][3:] == slug(spelled)]
    found = exact or by_name or inside
    assert found, (country, name)
    return found[0]


def districts(faces, named):
    """Admin-1 of Armenia, Azerbaijan and Georgia in the frame; today's rayons."""
    rows, out = table('districts.csv'), []
    for (country, name), d in sorted(named.items()):
        mine = [f['geom'] for f in faces if f['country'] == country and f['today'] == name]
        if not mine:
            continue
        g = dissolve(mine)
        row = name_row(rows, country, name, g)
        notes = []
        if country == 'AZE':
            notes.append('Current rayon (borders after 1991-92).')
            if name in ('Jabrayil', 'Fizuli'):
                notes.append("The Jabrayil-Fizuli border is corrected locally: documented Jabrayil villages take their Thiessen cells out of Natural Earth's Fizuli (3 km).")
            if name in settlements.OBLAST_MADE + ('Lachin', 'Qubadli'):
                notes.append('Ends at the oblast line: the rayons made from the oblast hold whole former oblast districts (law of 26 Nov 1991).')
        if 'carved' in d:
            notes.append(f"Natural Earth's line does not close here: cut from {d['carved']} by the generalised copy.")
        if g.intersects(FRAME.boundary):
            notes.append('Clipped by the frame.')
        made = '1991-11-26' if country == 'AZE' and name in ('Khojaly', 'Khankendi', 'Khojavend') else None
        out.append(feature(g, id=row['id'], name=row['name_en'], **names(row), **{'name:local': row['name_local']}, country=country, kind=row['kind'], valid_from=made,
                   area_km2=round(km2(g), 1), source=NE1, license=PD, accuracy_m=3000, note=' '.join(notes)))
    save('districts.geojson', 'Districts', sorted(out, key=lambda f: f['id']), time='from-on')
    return out


def lines_of(areas, without):
    """The outlines of areas as merged lines, each edge once, without those on other lines."""
    g = unary_union([a.boundary for a in areas])
    g = shapely.difference(g, without, grid_size=GRID)
    g = linemerge(unary_union([p for p in getattr(g, 'geoms', [g]) if p.length > 1e-5]))
    return MultiLineString(sorted(getattr(g, 'geoms', [g]), key=lambda p: p.coords[0]))


def borders(faces, seven):
    """The lines of the areas, each once and without the frame's: between countries, between districts, and round the seven districts."""
    frame = FRAME.boundary
    by_country = {c: dissolve([f['geom'] for f in faces if f['country'] == c]) for c in ('ARM', 'AZE', 'GEO', 'IRN', 'RUS', 'TUR')}
    sea = dissolve([f['geom'] for f in faces if f['sea']])
    between = lines_of(by_country.values(), unary_union([frame, sea.boundary]))
    around = unary_union([frame, sea.boundary, between])
    keys = sorted({(f['country'], f['today']) for f in faces if f['district']})
    rayons = lines_of([dissolve([f['geom'] for f in faces if (f['country'], f['today']) == k and f['district']]) for k in keys], around)
    oblast = dissolve([f['geom'] for f in faces if f['oblast'] and f['country'] == 'AZE'])
    former = lines_of([dissolve([f['geom'] for f in fs]) for fs in seven.values()], unary_union([around, oblast.boundary]))
    save('borders.geojson', 'Borders', [
        feature(between, id='between-countries', name='Borders between countries', kind='international', length_km=round(km(between), 1), source=NE0,
                license=PD, accuracy_m=2000),
        feature(rayons, id='between-districts', name='Borders between districts', kind='admin-1', length_km=round(km(rayons), 1), source=NE1, license=PD,
                accuracy_m=3000),
        feature(former, id='around-the-seven', name='Borders of the seven districts before 26 Nov 1991', kind='former-district',
                length_km=round(km(former), 1), source=NE1, license=PD, accuracy_m=3000, note='Where the seven border on the oblast, see nagorno-karabakh.')])


def waters(faces, lakes):
    """Caspian, lakes and rivers."""
    rows = {r['id']: r for r in table('waters.csv')}
    g = dissolve([f['geom'] for f in faces if f['sea']])
    row = rows['caspian-sea']
    save('sea.geojson', 'Sea', [feature(g, id='caspian-sea', name=row['name_en'], **names(row), kind='sea', area_km2=round(km2(g), 1), source=NE0, license=PD,
         accuracy_m=2000, note='Clipped to the frame.')])
    found = F.read('ne_10m_rivers_lake_centerlines')
    field, main = displacement.Field(), {}
    for name, i in (('Kr', 'kura'), ('Aras', 'aras')):                          # the table's text is mis-encoded: Kr is Kür
        g = field.move(unary_union(list(found[found['name'] == name].geometry)))
        g = shapely.set_precision(g.intersection(FRAME), GRID)
        g = linemerge(g) if g.geom_type == 'MultiLineString' else g
        main[i] = MultiLineString(sorted(g.geoms, key=lambda p: p.coords[0])) if g.geom_type == 'MultiLineString' else g
    armenia = dissolve([f['geom'] for f in faces if f['country'] == 'ARM'])
    river_features = authored.rivers(main['aras'], armenia)
    for i, g in main.items():
        row = rows[i]
        river_features.append(feature(g, id=i, name=row['name_en'], **names(row), kind='river', length_km=round(km(g), 1), license=PD, accuracy_m=1500,
                              source=NE_RIVERS))
    save('rivers.geojson', 'Rivers', sorted(river_features, key=lambda f: f['id']))
    out = authored.reservoirs()
    for h in lakes:
        name = min((('lake-sevan', 45.34, 40.35), ('mingachevir-reservoir', 46.7, 40.92)), key=lambda t: h.distance(Point(t[1:3])))[0]
        moved, by_km = terrain.levelled(h)
        print('  %s is moved by %.1f km' % (name, by_km))
        row, g = rows[name], shapely.set_precision(moved, GRID)
        out.append(feature(g, id=name, name=row['name_en'], **names(row), kind=row['kind'], area_km2=round(km2(g), 1),
                   source=NE_LAKES, license=PD, accuracy_m=1500))
    save('lakes.geojson', 'Lakes', sorted(out, key=lambda f: f['id']), time='from-on')

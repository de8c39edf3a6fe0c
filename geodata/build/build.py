"""Builds every layer of geodata/ from pinned packages and the tables beside this script.

    python3 -m venv .cache/venv && .cache/venv/bin/pip install -r requirements.txt && .cache/venv/bin/python build.py

The output is committed; neither the program nor its tests need this build. Two runs give the same bytes.
"""
import json

import shapely
from shapely.geometry import LineString, MultiLineString, Point, shape
from shapely.ops import linemerge, substring, unary_union

import inputs

inputs.fetch()

import authored  # noqa: E402
import base  # noqa: E402
import control  # noqa: E402
import faces as F  # noqa: E402
import globe  # noqa: E402
import line_1994  # noqa: E402
import relief  # noqa: E402
import settlements  # noqa: E402
import transcribe  # noqa: E402
import world  # noqa: E402
from features import CC0, GRID, NE1, NED, PD, dissolve, feature, km, km2, names, polys, save, slug, table  # noqa: E402

TERRITORIES = {r['id']: r for r in table('territories.csv')}

# What the seven are called together, by either side and by others: for whoever looks for them by it.
SEVEN = 'Seven districts / Security buffer / Buffer territories / Security belt / Occupied districts'

FORMER = {'name:en': 'Former Nagorno-Karabakh Autonomous Oblast', 'name:hy': 'Նախկին Լեռնային Ղարաբաղի Ինքնավար Մարզ',
          'name:az': 'Keçmiş Dağlıq Qarabağ Muxtar Vilayəti', 'name:ru': 'Бывшая Нагорно-Карабахская автономная область',
          'name:ka': 'ყოფილი მთიანი ყარაბაღის ავტონომიური ოლქი', 'name:fa': 'استان خودمختار پیشین قره‌باغ کوهستانی'}


def territories(faces, main, log):
    """The oblast and the seven. Gives them as unit name to faces."""
    units = {'oblast': [f for f in faces if f['oblast'] and f['country'] == 'AZE']}
    oblast = dissolve([f['geom'] for f in units['oblast']])
    assert len(polys(oblast)) == 1
    row = TERRITORIES['nkao']
    short = {k.replace('name', 'short'): v for k, v in names(TERRITORIES['nagorno-karabakh']).items()}
    short['short:local'] = ' / '.join((short['short:az'], short['short:hy']))
    common = dict(country='AZE', kind='autonomous-oblast', area_km2=round(km2(oblast), 1), official_km2=settlements.OBLAST_KM2, source=NED, license=PD,
                  accuracy_m=4000, note='Five line pieces of Natural Earth chained; gaps of at most 0.3 km closed with straight lines.')
    save('nagorno-karabakh.geojson', 'Nagorno-Karabakh Autonomous Oblast', [
        feature(oblast, id='nkao', name=row['name_en'], **names(row), **short, status='de-jure', valid_from='1923-07-07', valid_to='1991-11-26', **common),
        feature(oblast, id='nkao-former', name='Former ' + row['name_en'], **FORMER, **short, status='former', valid_from='1991-11-26', **common)], authored.SCHEMA)
    out = []
    for name, official in settlements.OFFICIAL.items():
        units[name] = main[name]
        g = dissolve([f['geom'] for f in main[name]])
        rims = ['%.1f km2 of %s' % (a, w) for a, _, _, w, t in log if t == name and a >= .5]
        note = "Borders before 26 Nov 1991: Natural Earth's rayon less the oblast" + (', plus rim pieces by longest shared edge: ' + ', '.join(rims) if rims else '') + '.'
        if name == 'Jabrayil':
            note += " Takes the Thiessen cells of documented Jabrayil villages out of Natural Earth's Fizuli."
        if name == 'Fizuli':
            note += ' Less the Thiessen cells of documented Jabrayil villages.'
        row = TERRITORIES[slug(name) + '-district']
        out.append(feature(g, id=slug(name), name=name, **names(row), alt_name=SEVEN, country='AZE', kind='district', status='former',
                   area_km2=round(km2(g), 1), official_km2=official, diff_pct=round(100 * (km2(g) / official - 1), 1),
                   source=NE1 + '; ' + NED, license=PD, accuracy_m=3000, note=note))
    save('buffer-territories.geojson', 'The seven districts around the oblast', out, authored.SCHEMA)
    for f in out:
        p = f['properties']
        print('  %-9s %7.1f km2, official %5d, %+5.1f%%' % (p['name'], p['area_km2'], p['official_km2'], p['diff_pct']))
    print('  seven     %7.1f km2, official  8810' % sum(f['properties']['area_km2'] for f in out))
    return units


def front_on(day, units, abroad):
    """The line between the sides on a day: the outline of what was held by Armenian forces or lay in the peacekeepers' area, without the borders
    of Armenia and Iran and without the corridor's sides."""
    faces = [(f, control.holder(f, unit, day)) for unit, fs in units.items() for f in fs]
    held = dissolve([f['geom'] for f, h in faces if h in ('armenian', 'peacekeepers')])
    corridor = [f['geom'].boundary for f, h in faces if h == 'corridor']
    front = linemerge(shapely.difference(held.boundary, unary_union([abroad] + corridor), grid_size=GRID))
    return MultiLineString(sorted((p for p in getattr(front, 'geoms', [front]) if km(p) > .05), key=lambda p: p.coords[0]))


def lines(faces, units, cut):
    """The lines of contact of 1994-2020 and, handover by handover, of 2020-2023."""
    abroad = unary_union([f['geom'].boundary for f in faces if f['country'] in ('ARM', 'IRN')])
    front = max(front_on('1994-05-12', units, abroad).geoms, key=lambda p: p.length)
    front = front if front.coords[0][0] < front.coords[-1][0] else front.reverse()
    # West of where the cut enters the area: the outer border (Murov ridge); from there on: the cut itself.
    area = dissolve([f['geom'] for fs in units.values() for f in fs])
    marks = sorted(cut.project(Point(c)) for c in shapely.get_coordinates(cut.intersection(area.boundary)))
    north, east = substring(front, 0, front.project(cut.interpolate(marks[0]))), substring(cut, marks[0], marks[-1])
    line = shapely.set_precision(LineString(list(north.coords)[:-1] + list(east.coords)), GRID)
    row94, row20 = TERRITORIES['line-of-contact-1994'], TERRITORIES['line-of-contact-2020']
    out = [feature(line, id='line-of-contact-1994', name=row94['name_en'], **names(row94), kind='line-of-contact', status='generalised', valid_from='1994-05-12',
                   valid_to='2020-09-27', length_km=round(km(line), 1), license=CC0, accuracy_m=4000,
                   source='Settlements documented on either side, and Natural Earth where nothing contradicts it; vertex by vertex in geodata/SOURCES.md',
                   note='Not a surveyed line: 1.5 to 5 km by stretch. The changes of April 2016 (Lalatapa, Talish heights) are not shown.')]
    days = ('2020-11-10', '2020-11-20', '2020-11-25', '2020-12-01', '2023-09-20')
    for day, following in zip(days, days[1:]):
        g = front_on(day, units, abroad)
        out.append(feature(g, id='line-of-contact-' + day, name=row20['name_en'], **names(row20), kind='line-of-contact', status='generalised', valid_from=day,
                   valid_to=following, length_km=round(km(g), 1), license=CC0, accuracy_m=4000, source=control.SOURCES['peacekeepers'],
                   note='Derived, not surveyed: the oblast cut between settlements that stayed and settlements that were lost, 3 km in the south and east, 5 km in '
                        'the north and west of Shusha; along districts not yet handed over, the line of 1994 and district borders. Hin Tagher and Khtsaberd '
                        '(held to 12-14 Dec 2020) and the change at Parukh (24 Mar 2022) are not drawn.'))
    zone = dissolve([f['geom'] for f in units['oblast'] if f['zone'] and not f['east']])
    control.check_settlements(max(polys(zone), key=lambda p: p.area))
    save('lines.geojson', 'Lines of contact', out, authored.SCHEMA)


def oblast_districts(units, named):
    """The five districts of the oblast: a point in each to write its name at, until they were abolished, and in the Armenian view until the local
    Armenian authorities were dissolved. No open source has their borders."""
    oblast = dissolve([f['geom'] for f in units['oblast']])
    out = []
    for row in table('oblast-districts.csv'):
        at = Point(float(row['lon']), float(row['lat']))
        assert oblast.contains(at), row['id']
        common = dict(**names(row), **{'name:en:hy': row['name_en_hy']}, country='AZE', kind='label', license=CC0, accuracy_m=15000,
                      source='the five districts of the Nagorno-Karabakh Autonomous Oblast; the layout of this map')
        note = 'Where the name is written; its borders are not drawn. '
        # Shusha's rayon goes on and is named on other maps; the Armenian view has no rayons here until 2024.
        view = 'AM' if row['id'] == 'shusha' else None
        out.append(feature(at, id='oblast-' + row['id'], name=row['name_en'], valid_to='1991-11-26', worldview=view, **common,
                           note=note + 'Abolished with the oblast by Azerbaijan; Askeran was called Stepanakert district until 1978.'))
        out.append(feature(at, id=f'oblast-{row["id"]}-1991', name=row['name_en'], valid_from='1991-11-26', valid_to='2024-01-01', worldview='AM', **common,
                           note=note + 'Kept as a district by the local Armenian authorities until they were dissolved.'))
    for row in table('districts.csv'):
        if row['id'] in ('az-khojaly', 'az-khojavend', 'az-shusha'):
            at = oblast.intersection(named[row['id']]).representative_point()
            out.append(feature(at, id='rayon-' + row['id'], name=row['name_en'], **names(row), country='AZE', kind='label', license=CC0, accuracy_m=15000,
                               valid_from='2024-01-01', worldview='AM', source=NE1, note='Where the name of the rayon is written in the Armenian view.'))
    save('oblast-districts.geojson', 'Where the names of the districts of the oblast are written', out, time='interval')


def side_names(row):
    """The names of a contested place by who uses them: `name:en:az`, `name:ru:hy`; and both of them, `name:hy:neutral`, where a language's
    own name is one side's."""
    both = {'az': row['name_en_az'], 'hy': row['name_en_hy']}
    # In every language and for every place, in the order of the alphabet of the English forms.
    first, second = sorted(both, key=both.get)
    assert row['name_en'] == ' / '.join(dict.fromkeys((both[first], both[second]))), row['id']
    out = {f'name:en:{side}': both[side] for side in ('az', 'hy')}
    for language in ('ru', 'ka', 'fa'):
        parts = row[f'name_{language}'].split(' / ')
        if len(parts) == 2:
            out |= {f'name:{language}:{first}': parts[0], f'name:{language}:{second}': parts[1]}
    az, hy = row['name_az'], row['name_hy']
    out |= {'name:az:neutral': f'{az} / {hy}', 'name:hy:neutral': f'{hy} / {az}', 'name:local:neutral': ' / '.join((az, hy) if first == 'az' else (hy, az)), 'name:local:hy': hy}
    return out


def places():
    """Towns and villages; position and population by GeoNames where its id is given and no other source is named."""
    cities = {str(c['geonameid']): c for c in json.loads(inputs.CITIES.read_text(encoding='utf-8')).values()}
    out = []
    for row in map(transcribe.complete, table('places.csv')):
        lon, lat = float(row['lon']), float(row['lat'])
        known = cities.get(row['geonameid'])
        if known and row['coord_source'] == 'GeoNames':
            assert abs(known['longitude'] - lon) < 2e-4 and abs(known['latitude'] - lat) < 2e-4, row['id']
        contested = row['contested'] == '1'
        extra = side_names(row) if contested else {}
        out.append(feature(Point(lon, lat), id=row['id'], name=row['name'], **names(row), **{'name:local': row['name_local']}, **extra, country=row['country'],
                   kind='settlement', rank=int(row['rank']), population=int(row['population']) if row['population'] else None,
                   population_date=row['population_date'] or ('not stated' if row['population'] else None),
                   contested=contested or None, source=row['coord_source'], names_source=row['names_source'],
                   license='CC BY 4.0 (GeoNames)' if row['geonameid'] else CC0, accuracy_m=500 if row['geonameid'] else 1000, note=row['note']))
    save('places.geojson', 'Places', sorted(out, key=lambda f: (f['properties']['rank'], f['id'])), gazetteer=True)


def main():
    """Everything, in the order in which one thing needs another."""
    _, ceasefire = F.disputed()
    cut = line_1994.cut_line(ceasefire)
    faces, named, lake_shapes, _ = F.build(cut, control.regions())
    assigned, log = F.assign_seven(faces)
    F.today(faces, {n: assigned[n] for n in assigned})
    base.countries(faces)
    rayons = base.districts(faces, named)
    base.waters(faces, lake_shapes)
    units = territories(faces, assigned, log)
    base.borders(faces, {n: assigned[n] for n in settlements.OFFICIAL})
    oblast_districts(units, {f['id']: shape(f['geometry']) for f in rayons})
    lines(faces, units, cut)
    control.control(units)
    azerbaijan, armenia, iran = (dissolve([f['geom'] for f in faces if f['country'] == c]) for c in ('AZE', 'ARM', 'IRN'))
    link = authored.link(iran)
    save('corridors.geojson', 'Corridors, agreed and proposed', authored.corridor_features(azerbaijan, armenia, link), authored.SCHEMA)
    authored.roads(link)
    authored.cities()
    authored.events()
    places()
    globe.write(inputs.HERE.parent / 'globe' / 'land.json')
    world.write()
    relief.write(inputs.HERE.parent / 'relief.pmtiles')


main()

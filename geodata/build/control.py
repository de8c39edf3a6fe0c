"""Who held what: the conflict area (the oblast and the seven districts) divided without gaps or overlaps, interval by interval.

The pieces are the same faces that all other layers are made of, cut by the line of contact of 1994, by the outline of the area where Russian
peacekeepers were from 10 November 2020, and by the corridor's strips; so the partition holds by construction.
"""
from shapely.geometry import Point, Polygon
from shapely.ops import unary_union
from shapely.validation import explain_validity

import authored
from features import CC0, G, dissolve, feature, km, km2, save

# Towns and villages by the days on which the President of Azerbaijan announced that they were taken (events.csv).
TAKEN = {
    '2020-10-03': {'Talish': (46.740833, 40.381389), 'Sugovushan': (46.729444, 40.331389)},
    '2020-10-04': {'Jabrayil': (47.0284, 39.3992)},
    '2020-10-09': {'Hadrut': (47.0319, 39.52003)},
    '2020-10-17': {'Fizuli': (47.1453, 39.6009)},
    '2020-10-20': {'Zangilan': (46.6599, 39.0837)},
    '2020-10-25': {'Qubadli': (46.5818, 39.3444)},
    '2020-11-08': {'Shusha': (46.7499, 39.7601)},
}
TAKEN_M = 2000
DAYS = ('1994-05-12', '2020-09-27', *TAKEN, '2020-11-10', '2020-11-20', '2020-11-25', '2020-12-01', '2022-08-26', '2023-09-20')
HANDED_OVER = {'Agdam': '2020-11-20', 'Kalbajar': '2020-11-25', 'Lachin': '2020-12-01'}
STATEMENT = 'Statement by the President of Azerbaijan, the Prime Minister of Armenia and the President of Russia, 10 Nov 2020 (kremlin.ru/events/president/news/64384)'
SETTLEMENTS = 'settlements known to have been on either side (geodata/build/tables/settlements-2020.csv)'

HOLDERS = {
    'armenian': {
        'name': 'Held by Armenian forces', 'name:en': 'Held by Armenian forces', 'name:hy': 'Հայկական ուժերի վերահսկողության տակ',
        'name:az': 'Erməni qüvvələrinin nəzarətində', 'name:ru': 'Под контролем армянских сил',
        'holder': 'Armenian forces and the local Armenian authorities (Nagorno-Karabakh Republic, unrecognised); de jure Azerbaijan'},
    'azerbaijan': {
        'name': 'Held by Azerbaijan', 'name:en': 'Held by Azerbaijan', 'name:hy': 'Ադրբեջանի վերահսկողության տակ',
        'name:az': 'Azərbaycanın nəzarətində', 'name:ru': 'Под контролем Азербайджана', 'holder': 'Azerbaijan'},
    'contested': {
        'name': 'Passed to Azerbaijan in the 44-day war', 'name:en': 'Passed to Azerbaijan in the 44-day war (27 September - 10 November 2020)',
        'name:hy': '44-օրյա պատերազմի ընթացքում Ադրբեջանին անցած', 'name:az': '44 günlük müharibədə Azərbaycanın nəzarətinə keçən',
        'name:ru': 'Перешло к Азербайджану в ходе 44-дневной войны',
        'holder': 'Armenian forces at the beginning of the interval, Azerbaijan at its end; the front moved day by day and is not drawn'},
    'peacekeepers': {
        'name': 'Russian peacekeeping zone', 'name:en': 'Area of the Russian peacekeepers', 'name:hy': 'Ռուս խաղաղապահների տեղակայման գոտի',
        'name:az': 'Rusiya sülhməramlılarının müvəqqəti yerləşdiyi ərazi', 'name:ru': 'Зона российских миротворцев',
        'holder': 'Local Armenian authorities, with Russian peacekeepers; de jure Azerbaijan'},
    'corridor': {
        'name': 'Lachin corridor (peacekeepers)', 'name:en': 'Lachin corridor, under Russian peacekeepers', 'name:hy': 'Լաչինի միջանցք',
        'name:az': 'Laçın dəhlizi', 'name:ru': 'Лачинский коридор', 'holder': 'Russian peacekeepers; de jure Azerbaijan'},
}
SOURCES = {
    'armenian': 'Line of contact 1994-2020 (geodata/SOURCES.md); UN Security Council resolutions 822, 853, 874, 884 (1993); ' + STATEMENT,
    'azerbaijan': 'Line of contact 1994-2020 (geodata/SOURCES.md); ' + STATEMENT,
    'contested': 'Announcements of 3 Oct - 9 Nov 2020 by the President of Azerbaijan; ' + STATEMENT + '; ' + SETTLEMENTS,
    'peacekeepers': STATEMENT + ', clauses 3 and 4; ' + SETTLEMENTS + '; H. Mikaelyan in Caucasian Knot, 21 Nov 2020',
    'corridor': STATEMENT + ', clause 6',
}
HANDOVER_2022 = ('; Massis Post, 29 Aug 2022, and Caucasian Knot, caucasianknot.org/articles/60993, on the handover of 26 Aug 2022 and the new road, whose strip has '
                 'no published width')
NOTE = ('Generalised: each part of the outline is as good as the line it follows (oblast and district lines 2-3 km, line of contact 1.5-5 km, '
        'line of 2020-23 3-5 km).')
# What is to be known of a holder beside that.
MORE = {'peacekeepers': ' Its end is the cease-fire of 20 September 2023, from which on Azerbaijan held the area; the peacekeepers themselves had left by '
                        '12 June 2024 (Ministry of Defence of Azerbaijan).'}
TAKEN_NOTE = (' In the war of 2020 only what was announced as taken is drawn, two kilometres round each town on the day of the announcement, '
              'some of which the Armenian side disputed; the rest of what changed hands is contested until 10 November 2020.')
ACCURACY_M = {'armenian': 4000, 'azerbaijan': 4000, 'contested': 5000, 'peacekeepers': 4000, 'corridor': 2000}


def zone_outline():
    """North, east and south edges of the area under the local Armenian authorities after 10 Nov 2020, to be cut with the oblast. The south edge
    begins with the south side of the corridor; the rest is laid between settlements that stayed and settlements that were lost."""
    corridor = authored.side(authored.centreline('lachin-corridor-2020'), authored.HALF_WIDTH_M)
    south, north, east = (list(authored.vertices('line-2020-' + s)) for s in ('south', 'north', 'east'))
    return Polygon([(46.0, 39.50)] + corridor + south + [(47.1, 39.66), (47.234, 39.70)] + east[::-1] + [(47.17, 39.95), (47.1, 40.1), (47.1, 40.30)]
                   + north[::-1] + [(46.45, 40.40), (46.0, 40.40)])


def disc(lon, lat, metres):
    """A geodesic circle."""
    return Polygon([G.fwd(lon, lat, azimuth, metres)[:2] for azimuth in range(0, 360, 10)])


def taken():
    """What was announced as taken by its day, by day: two kilometres round each place."""
    return {day: unary_union([disc(*at, TAKEN_M) for at in towns.values()]) for day, towns in TAKEN.items()}


def regions():
    """What the faces are cut by, besides the line of 1994."""
    towns = dissolve_discs([(46.5498, 39.6374), (46.54333, 39.58972), (46.512778, 39.626944)])
    out = {'zone': zone_outline(), 'corridor_2020': authored.strip('lachin-corridor-2020'),
           'corridor_2022': authored.strip('lachin-corridor-2022'), 'lachin_towns': towns,
           **{'taken_' + day: area for day, area in taken().items()}}
    for name, g in out.items():
        assert g.is_valid, (name, explain_validity(g))
    return out


def dissolve_discs(centres):
    """Lachin, Zabukh and Sus, handed over on 26 Aug 2022: a kilometre round each."""

    return unary_union([disc(lon, lat, 1000) for lon, lat in centres])


def holder(face, unit, day):
    """Who held a face from `day` on. `unit` is 'oblast' or the name of one of the seven."""
    if face['east'] or day >= '2023-09-20':
        return 'azerbaijan'
    in_zone = unit == 'oblast' and face['zone']
    strip_2020 = face['corridor_2020'] and unit == 'Lachin'
    strip_2022 = face['corridor_2022'] and not face['lachin_towns'] and unit == 'Lachin'
    kept = in_zone or unit in HANDED_OVER
    if day == '1994-05-12' or (day < '2020-11-10' and kept):
        return 'armenian'
    if day < '2020-11-10':
        return 'azerbaijan' if any(face['taken_' + then] for then in TAKEN if then <= day) else 'contested'
    if in_zone:
        return 'peacekeepers'
    if (strip_2022 if day >= '2022-08-26' else strip_2020):
        return 'corridor'
    return 'armenian' if unit in HANDED_OVER and day < HANDED_OVER[unit] else 'azerbaijan'


def source_of(holder_id, start):
    """The sources for what a holder held from a day on."""
    announced = '; announcements by the President of Azerbaijan of the days on which towns were taken (geodata/build/tables/events.csv)'
    later = {**{('azerbaijan', day): announced for day in TAKEN},
             ('azerbaijan', '2022-08-26'): HANDOVER_2022, ('corridor', '2022-08-26'): HANDOVER_2022,
             ('azerbaijan', '2023-09-20'): '; cease-fire of 20 September 2023'}
    first = SOURCES[holder_id] if (holder_id, start) != ('azerbaijan', '1994-05-12') else SOURCES['armenian'].split('; ')[0]
    return first + later.get((holder_id, start), '')


def control(units):
    """One feature for each holder and each stretch of time in which what it held did not change. `units`: name to faces."""
    faces = [(f, unit) for unit, fs in sorted(units.items()) for f in fs]
    held = {day: {h: [i for i, (f, u) in enumerate(faces) if holder(f, u, day) == h] for h in HOLDERS} for day in DAYS}
    out = []
    for h, texts in HOLDERS.items():
        start = None
        for day, following in zip(DAYS, DAYS[1:] + (None,)):
            mine = held[day][h]
            start = start or day
            if following and held[following][h] == mine:
                continue
            if mine:
                area = dissolve([faces[i][0]['geom'] for i in mine])
                out.append(feature(area, id=f'{h}-{start}', control=h, kind='control', status='de-facto', valid_from=start, valid_to=following,
                           source=source_of(h, start), license=CC0, accuracy_m=ACCURACY_M[h], area_km2=round(km2(area), 1), note=NOTE + MORE.get(h, '') + (TAKEN_NOTE if start in TAKEN else ''), **texts))
            start = None
    save('control.geojson', 'Who held what', sorted(out, key=lambda f: (f['properties']['valid_from'], f['id'])), authored.SCHEMA)
    return out


def check_settlements(zone):
    """Every settlement known to have stayed must lie in the zone, every lost one outside."""
    wrong = []
    for row in authored.table('settlements-2020.csv'):
        if row['lon'] and row['side_in_check'] in ('held', 'lost', 'out'):
            inside = zone.contains(Point(float(row['lon']), float(row['lat'])))
            if inside != (row['side_in_check'] == 'held'):
                wrong.append((row['id'], row['side_in_check']))
    print('zone %.0f km2, outline %.0f km; on the wrong side: %s' % (km2(zone), km(zone.boundary), wrong or 'none'))

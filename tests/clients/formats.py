"""Tells schemathesis how to write the formats that /api names, which no pattern can say."""
import schemathesis
from hypothesis import strategies as st

day = st.dates().map(lambda d: d.isoformat())
number = st.floats(-90, 90, allow_nan=False).map(lambda n: f'{n:.4f}')
position = st.tuples(number, number).map(','.join)
square = st.tuples(st.integers(-80, 70), st.integers(-80, 70), st.integers(1, 9)).map(
    lambda s: 'POLYGON(({0} {1},{2} {1},{2} {3},{0} {3},{0} {1}))'.format(s[0], s[1], s[0] + s[2], s[1] + s[2]))
leaf = st.one_of(
    st.sampled_from(['"id" IS NULL', "id = 'a'", "id LIKE '%a_'", "CASEI(id) IN (CASEI('A'), 'b')", 'TRUE', '1 + 2 * 3 = 7', 'area_m2(geometry) > 1e9',
                     "ACCENTI(lower(id)) <> 'ş'", '5 BETWEEN 1 AND 9']),
    square.map(lambda s: f'S_INTERSECTS(geometry, {s})'),
    position.map(lambda p: f"distance_m(geometry, POINT({p.replace(',', ' ')})) < 5000"),
)
condition = st.recursive(leaf, lambda inner: st.one_of(
    inner.map(lambda c: f'NOT ({c})'), st.tuples(inner, st.sampled_from(['AND', 'OR']), inner).map(lambda c: f'({c[0]} {c[1]} {c[2]})')), max_leaves=8)

schemathesis.openapi.format('cql2', condition)
schemathesis.openapi.format('lon-lat', position)
schemathesis.openapi.format('place', st.one_of(position, square, st.sampled_from(['districts/az-shusha', 'lines/line-of-contact-1994', 'Shusha', 'Степанакерт'])))
schemathesis.openapi.format('cursor', st.sampled_from(['[[],"a",0]', '[[],"zz",0]', '[[],[3],0]', '[[],1.5,2]']))
schemathesis.openapi.format('collection-ids', st.sampled_from(['places', 'districts', 'control', 'cities']))
schemathesis.openapi.format('subset', st.just('Lat(39:41),Lon(45:48)'))
schemathesis.openapi.format('color', st.sampled_from(['0xFFFFFF', '0x00ff00', 'red', '#336699']))
schemathesis.openapi.format('style-id', st.just('conflict'))
schemathesis.openapi.format('two-days', st.tuples(day, day).map(sorted).map('/'.join))
schemathesis.openapi.format('ogc-datetime', st.one_of(
    day, st.tuples(day, day).map(sorted).map('/'.join), day.map(lambda d: f'{d}/..'), day.map(lambda d: f'../{d}'), day.map(lambda d: f'{d}T12:00:00Z')))



@schemathesis.hook
def map_query(context, query):
    """Maps of a size that is drawn soon."""
    for side in ['width', 'height']:
        if query and isinstance(query.get(side), int) and query[side] > 300:
            query[side] = query[side] % 200 + 100
    return query


ASKS = {'at', 'near', 'intersects', 'contains', 'within', 'crosses', 'touches', 'overlaps', 'disjoint', 'equals', 'name', 'between', 'filter'}


WITH_CHANGE = {'between', 'property', 'split', 'collections', 'at', 'intersects', 'within', 'limit', 'skipGeometry', 'f', 'size', 'style'}


def is_change(members):
    """A change is told of areas and positions, and of nothing else."""
    return members.keys() <= WITH_CHANGE and not any(str(v).startswith('lines/') for v in members.values())


def hangs_together(members):
    """What OpenAPI 3.0 has no words for: members that go together, and a question that asks something."""
    pair = ('of' in members) == ('distance_m' in members)
    change = is_change(members) if 'between' in members else not {'property', 'split'} & members.keys()
    drawn = members.get('f') == 'png' or not {'size', 'style'} & members.keys()
    if 'over' in members and {'datetime', 'between', 'near', 'k', 'name', 'limit', 'f', 'size', 'style'} & members.keys():
        return False
    nearest = 'k' not in members or 'near' in members or 'between' in members
    return pair and change and drawn and nearest and ('of' in members or any(members.get(k) for k in ASKS))


@schemathesis.hook
def filter_case(context, case):
    members = case.body if isinstance(case.body, dict) else case.query or {}
    if case.path == '/query' and isinstance(members, dict):
        return hangs_together(members)
    query = case.query or {}
    # A cursor is of the order that it was made in; text is no JSON; a box lies on the Earth, its south below its north.
    if case.path.endswith('/map') and not fits_map(query):
        return False
    if '/tiles/' in case.path and 'datetime' in query and '..' in str(query['datetime']):
        return False
    fits = not {'cursor', 'sortby'} <= query.keys() and not ('filter' in query and query.get('filter-lang') == 'cql2-json')
    return fits and is_on_earth(query.get('bbox'), query.get('bbox-crs'))


def fits_map(query):
    """A map is of one day, of a box with an extent, in a system that has it, and has one way to say how large it is."""
    if {'center', 'center-crs', 'subset', 'subset-crs', 'scale-denominator', 'mm-per-pixel'} & query.keys() or '..' in str(query.get('datetime', '')) or '326' in str(query.get('crs', '')):
        return False
    # Smaller ones are of a smaller zoom than there is.
    if any(str(query.get(side)).isdigit() and int(query[side]) < 64 for side in ['width', 'height']):
        return False
    box = query.get('bbox')
    numbers = [float(n) for n in (box.split(',') if isinstance(box, str) else box or []) if str(n).replace('.', '').replace('-', '').isdigit()]
    if len(numbers) not in (4, 6):
        return 'bbox' not in query
    west, south, east, north = [*numbers[:2], *numbers[len(numbers) // 2:][:2]]
    return 0.5 < east - west and 0.5 < north - south and 0.2 < (east - west) / (north - south) < 5


def is_on_earth(bbox, crs):
    try:
        numbers = [float(n) for n in (bbox.split(',') if isinstance(bbox, str) else bbox or [])]
    except (TypeError, ValueError):
        return True
    if len(numbers) not in (4, 6):
        return True
    west, south = numbers[:2]
    east, north = numbers[len(numbers) // 2:][:2]
    small = all(abs(n) <= 90 for n in (west, south, east, north))
    return small and south <= north and (crs is None or str(crs).endswith('CRS84'))

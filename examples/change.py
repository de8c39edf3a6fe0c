"""What changed hands between two days, asked of a running server: by whom and in which district.

Usage: python3 examples/change.py [SERVER [FROM TO]]
"""
import json
import sys
import urllib.parse
import urllib.request


def ask(server, **members):
    """The answer to a question; docs/query.md lists its members."""
    url = f'{server}/query?{urllib.parse.urlencode(members)}'
    with urllib.request.urlopen(url, timeout=30) as response:
        return json.load(response)


def main(server='http://127.0.0.1:8080', first='2020-09-27', last='2020-12-01'):
    answer = ask(server, between=f'{first}/{last}', split='districts', skipGeometry='true')
    sums = answer['sums']
    for name, sum_ in [*sums['groups'].items(), *sums['parts'].items()]:
        print(f'{sum_["area_km2"]:8,.0f} km²  {name}')
    print(f'The lines are good to {answer["accuracy_m"]:,.0f} m. Sources:')
    for source in answer['sources']:
        print(f'- {source}')


main(*sys.argv[1:])

"""docker-compose.yml against the compose-spec's published JSON Schema, as the docker-compose 1.29.2 package on PyPI carries it.

Usage: python3 compose.py SCHEMA  (needs PyYAML and jsonschema)
"""
import json
import pathlib
import sys

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
compose = yaml.safe_load((ROOT / 'docker-compose.yml').read_text())
schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
errors = list(jsonschema.Draft201909Validator(schema).iter_errors(compose))
for error in errors:
    print('/' + '/'.join(map(str, error.absolute_path)), error.message)
for service in compose['services'].values():
    for volume in service.get('volumes', []):
        source = volume.split(':')[0]
        if source.startswith('./') and not (ROOT / source).exists():
            errors.append(source)
            print(source, 'does not exist')
print('docker-compose.yml:', f'{len(errors)} faults' if errors else 'valid')
sys.exit(1 if errors else 0)

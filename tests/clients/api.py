"""schemathesis against our own OpenAPI definition: every operation, every check.
Usage: python api.py PROGRAM [CASES_PER_OPERATION]"""
import os
import re
import subprocess
import sys
from pathlib import Path

from server import serving

program, cases = sys.argv[1], (sys.argv[2:] or ['20'])[0]
here = Path(__file__).parent
with serving(program) as url:
    st = Path(sys.executable).with_name('st')
    # One worker: two at once now and then end in CPython 3.11's own 'AST constructor recursion depth mismatch'.
    command = [st, 'run', f'{url}/api', '--url', url, '--checks', 'all', '--workers', '1', '--max-examples', cases, '--seed', '1',
               '--phases', 'examples,coverage,fuzzing', '--continue-on-failure', '--generation-database', 'none', '--suppress-health-check', 'all']
    run = subprocess.run(command, capture_output=True, text=True, env=os.environ | {'SCHEMATHESIS_HOOKS': str(here / 'formats.py')})
print('\n'.join(line for line in run.stdout.splitlines() if line.strip()))
count = re.search(r'(\d+) generated', run.stdout)
if not count or int(count[1]) < 2000:
    print('fewer than 2,000 cases were tried', run.stderr[-2000:])
    sys.exit(1)
sys.exit(run.returncode)

"""Whether two builds of the program draw the same pixels and give the same answers.

README.md says how it is used.
"""
import argparse
import concurrent.futures
import hashlib
import sys
import time
from collections import Counter
from pathlib import Path

from bench import ROOT, Bench
from plan import plan

PROGRAM = ROOT / 'target/release/contactline'
MOST_THREADS = 4


def digest(made):
    """Of all parts of an answer, by name."""
    whole = hashlib.sha256()
    for name, data in sorted(made.items()):
        whole.update(f'{name}\0{len(data)}\0'.encode() + data)
    return whole.hexdigest()[:16]


def recorded(program, asked, threads, keep):
    """The digest of each line that is asked for."""
    began = time.monotonic()
    with Bench(program) as bench, concurrent.futures.ThreadPoolExecutor(threads) as pool:
        def make(line):
            kind, what, ask = line
            made = ask(bench)
            name = digest(made)
            if keep:
                write(keep / name, made)
            return (kind, what), name
        found = dict(pool.map(make, asked))
    print(f'{len(found)} lines in {time.monotonic() - began:.0f} s', file=sys.stderr)
    return found


def write(folder, made):
    for name, data in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def read(path):
    """A list that was written."""
    lines = (line.split('\t') for line in path.read_text(encoding='utf-8').splitlines())
    return {(kind, what): digest for digest, kind, what in lines}


def differences(was, now):
    """What is not the same in two lists, a line each."""
    for (kind, what), digest in now.items():
        if (kind, what) not in was:
            yield f'new\t{digest}\t{kind}\t{what}'
        elif was[kind, what] != digest:
            yield f'differs\t{was[kind, what]} {digest}\t{kind}\t{what}'
    for (kind, what), digest in was.items():
        if (kind, what) not in now:
            yield f'missing\t{digest}\t{kind}\t{what}'


def is_asked(line, text):
    return text in '\t'.join(line[:2])


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('program', nargs='?', type=Path, default=PROGRAM, metavar='PROGRAM')
    add('--write', type=Path, metavar='FILE', help='write the list there')
    add('--against', type=Path, metavar='FILE', help='say what is not as in that list')
    add('--keep', type=Path, metavar='FOLDER', help='keep what was hashed there, by its digest')
    add('--only', default='', metavar='TEXT', help='only lines "kind<TAB>what" with this in them')
    add('--threads', type=int, default=MOST_THREADS, choices=range(1, MOST_THREADS + 1))
    options = parser.parse_args()
    if not options.program.is_file():
        parser.error(f'there is no program {options.program}')
    return options


def main():
    options = arguments()
    asked = [line for line in plan() if is_asked(line, options.only)]
    twice = [line for line, count in Counter(line[:2] for line in asked).items() if count > 1]
    if twice:
        raise SystemExit(f'asked twice: {twice}')
    now = recorded(options.program, asked, options.threads, options.keep)
    lines = [f'{digest}\t{kind}\t{what}' for (kind, what), digest in now.items()]
    if options.write:
        options.write.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    if not options.against:
        if not options.write:
            print('\n'.join(lines))
        return 0
    was = read(options.against).items()
    found = list(differences({line: d for line, d in was if is_asked(line, options.only)}, now))
    print(''.join(f'{line}\n' for line in found), end='')
    print(f'{len(found)} of {len(now)} lines are not as they were')
    return bool(found)


if __name__ == '__main__':
    sys.exit(main())

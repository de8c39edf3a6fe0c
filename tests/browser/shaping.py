"""Compares our glyphs and widths with Chromium's: the glyph ids that it printed to PDF, page by page.
Usage: python shaping.py WORK_FOLDER"""
import json
import re
import sys
from pathlib import Path

import pikepdf

folder = Path(sys.argv[1])
ours = json.loads((folder / 'ours.json').read_text(encoding='utf-8'))
widths = json.loads((folder / 'chromium.json').read_text(encoding='utf-8'))
spaces = {(name.replace(' ', ''), glyph) for name, glyph in ours['spaces']}


def printed(page):
    """The glyphs drawn on a page, in order: font and glyph id."""
    out, fonts, font = [], page.resources.get('/Font', {}), None
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == 'Tf':
            base = str(fonts[str(operands[0])]['/BaseFont'])
            font = re.sub(r'^/([A-Z]{6}\+)?', '', base).replace('-', '')
        if str(operator) in ('Tj', 'TJ'):
            parts = operands[0] if str(operator) == 'TJ' else [operands[0]]
            for part in parts:
                if isinstance(part, pikepdf.String):
                    data = bytes(part)
                    out += [(font, data[i] << 8 | data[i + 1]) for i in range(0, len(data), 2)]
    return [g for g in out if g not in spaces]


def drawn(string):
    """Our glyphs, without those that are not seen: spaces, and joiners, which are spaces without width."""
    return [g for g in ((name.replace(' ', ''), glyph) for name, glyph in string['glyphs']) if g not in spaces]


failures, worst = [], 0
with pikepdf.open(folder / 'chromium.pdf') as pdf:
    pages = [printed(page) for page in pdf.pages]
for string, width, glyphs in zip(ours['strings'], widths, pages, strict=False):
    mine = drawn(string)
    off = abs(string['width_em'] - width) / width
    worst = max(worst, off)
    if off > 0.01:
        failures.append(f"{string['text']}: {string['width_em']:.3f} em wide, Chromium {width:.3f}")
    if mine != glyphs:
        failures.append(f"{string['text']}: glyphs {mine}, Chromium {glyphs}")
same = sum(drawn(s) == p for s, p in zip(ours['strings'], pages))
print(f"{len(widths)} strings: {same} have Chromium's glyphs in the same order, widths differ by at most {worst:.3%}")
print('\n'.join(failures))
sys.exit(1 if failures or len(widths) < 200 or len(pages) < 200 else 0)

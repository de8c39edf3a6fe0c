"""The scale bar of a map as SVG: what it says and how long it is drawn."""
import re
import xml.etree.ElementTree as Xml

SVG = '{http://www.w3.org/2000/svg}'


def scale_bar(path):
    """Kilometres that the bar says, and its length in px."""
    group = next(g for g in Xml.parse(path).getroot().iter(f'{SVG}g') if g.get('data-layer') == 'furniture')
    label = next(g.get('aria-label') for g in group.iter(f'{SVG}g') if (g.get('aria-label') or '').endswith(' km'))
    fills = [p for p in group.iter(f'{SVG}path') if p.get('fill') not in (None, 'none')]
    # The first is the box's paper, the second the bar's.
    xs = [float(x) for x in re.findall(r'[ML]([\d.]+) ', fills[1].get('d'))]
    return float(label.split()[0]), max(xs) - min(xs)

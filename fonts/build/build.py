"""Makes the fonts beside this folder: Noto Sans and its sisters, cut down to the scripts that maps of the Caucasus need.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python build.py

Takes the static TrueType files of the npm packages pinned below (SIL Open Font License 1.1) and subsets them with fontTools:
all layout features are kept, hinting is dropped, names and licence stay. The results are committed, so nothing else needs
the network."""
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
OUT = HERE.parent

# package -> version and SHA-256 of its archive
PACKAGES = {
    '@expo-google-fonts/noto-sans': ('0.4.2', '98cf14a19b8e67a0e76bfd4d5df98937b9734e6dde570bd750f2259042042548'),
    '@expo-google-fonts/noto-sans-armenian': ('0.4.2', '2e25bf01929800ac7f61cb69750839a92555371f66d5d1fef515b2b2ad83b0fc'),
    '@expo-google-fonts/noto-sans-georgian': ('0.4.3', '2dfa188c507dc5587fa05a2ffc474aba026ddbd4af1d7f6f42ff9cb039d7dc0d'),
    '@expo-google-fonts/noto-sans-arabic': ('0.4.3', '29e966f9d48a4ce7dd3c2c4c016f29cd888089538217303fb2c87de9e7f048ed'),
    '@expo-google-fonts/noto-naskh-arabic': ('0.4.5', '2f93452f15b3bdd86b922be17f247986d4d0e2ae7a1ca51f5d80326b2680628e'),
}

WEIGHTS = {'Regular': '400Regular', 'Medium': '500Medium', 'Bold': '700Bold'}


def ranges(text):
    out = []
    for part in text.split():
        first, _, last = part.partition('-')
        out.extend(range(int(first, 16), int(last or first, 16) + 1))
    return out


# Latin with its extensions (Azerbaijani schwa, Turkish), Greek, Cyrillic with the languages of the Caucasus, marks, punctuation,
# currency, arrows, a few signs of maps.
SANS = ranges('20-7E A0-24F 250-2AF 2B0-2FF 300-36F 370-3FF 400-52F 1E00-1EFF 2000-206F 2070-209F 20A0-20C0 2100-214F '
              '2150-218F 2190-21FF 2200-22FF 25A0-25FF 2C60-2C7F A720-A7FF FB00-FB06 FEFF FFFD')
JOINERS = ranges('20 A0 200B-200F 202A-202E 2066-2069 25CC')
ARMENIAN = ranges('530-58F FB13-FB17 308') + JOINERS
GEORGIAN = ranges('10A0-10FF 1C90-1CBF 2D00-2D2F 589 2116 20BE') + JOINERS
# Arabic and Persian, with the presentation forms that data sometimes holds.
ARABIC = ranges('600-6FF 750-77F FB50-FDFF FE70-FEFC') + JOINERS

# file -> package, file in it, characters
FONTS = {}
for weight, folder in WEIGHTS.items():
    FONTS[f'NotoSans-{weight}'] = ('@expo-google-fonts/noto-sans', f'{folder}/NotoSans_{folder}.ttf', SANS)
    FONTS[f'NotoSansArmenian-{weight}'] = (
        '@expo-google-fonts/noto-sans-armenian', f'{folder}/NotoSansArmenian_{folder}.ttf', ARMENIAN)
    FONTS[f'NotoSansGeorgian-{weight}'] = (
        '@expo-google-fonts/noto-sans-georgian', f'{folder}/NotoSansGeorgian_{folder}.ttf', GEORGIAN)
    FONTS[f'NotoSansArabic-{weight}'] = ('@expo-google-fonts/noto-sans-arabic', f'{folder}/NotoSansArabic_{folder}.ttf', ARABIC)
FONTS['NotoSans-Italic'] = ('@expo-google-fonts/noto-sans', '400Regular_Italic/NotoSans_400Regular_Italic.ttf', SANS)
FONTS['NotoNaskhArabic-Regular'] = ('@expo-google-fonts/noto-naskh-arabic', '400Regular/NotoNaskhArabic_400Regular.ttf', ARABIC)
FONTS['NotoNaskhArabic-Bold'] = ('@expo-google-fonts/noto-naskh-arabic', '700Bold/NotoNaskhArabic_700Bold.ttf', ARABIC)


def archive(package, folder):
    """The package's archive from the npm registry, checked."""
    version, sha = PACKAGES[package]
    done = subprocess.run(['npm', 'pack', '--silent', f'{package}@{version}'], cwd=folder, check=True, capture_output=True, text=True)
    data = (Path(folder) / done.stdout.split()[-1]).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha:
        sys.exit(f'{package}@{version} has SHA-256 {found}, not {sha}')
    return tarfile.open(fileobj=io.BytesIO(data))


def cut(data, characters):
    """The font with these characters only, as bytes."""
    font = TTFont(io.BytesIO(data), recalcTimestamp=False)
    options = subset.Options(layout_features=['*'], hinting=False, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17],
                             notdef_outline=True, glyph_names=False, drop_tables=['DSIG', 'STAT', 'MATH', 'meta'])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()


def main():
    with tempfile.TemporaryDirectory() as folder:
        archives = {package: archive(package, folder) for package in PACKAGES}
        for name, (package, file, characters) in FONTS.items():
            data = cut(archives[package].extractfile(f'package/{file}').read(), characters)
            (OUT / f'{name}.ttf').write_bytes(data)
            print(f'{name}.ttf {len(data)} bytes')
        licence = archives['@expo-google-fonts/noto-sans'].extractfile('package/LICENSE_FONT').read()
        (OUT / 'OFL.txt').write_bytes(licence)


if __name__ == '__main__':
    main()

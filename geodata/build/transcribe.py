"""Forms of names by letter, for places for which none was found in a language: each sound as the other language writes it.

Only names of one spelling each are turned, and not of places that have a name of either side; such forms are marked `transcribed` in `names_source`.
"""
import re

VOWELS = 'აეიოუ'
HY = 'աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ'
AZ = 'abcçdeəfgğhxıijkqlmnoöprsştuüvyzw'
RU = 'абвгдеёжзийклмнопрстуфхцчшщъыьэюя'
KA = 'აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ'


def letters(source, target, **others):
    """Letter for letter; `others` for those that are several. A space stands for nothing."""
    pairs = dict(zip(source, target.split() if ' ' in target else target))
    return {k: '' if v == '-' else v for k, v in (pairs | others).items()}


RULES = {
    ('hy', 'ka'): letters(HY, 'აბგდეზეითჟილხწკჰძღჭმინშოჩპჯრსვტრცვფქოფ'),
    ('hy', 'az'): letters(HY, 'a b q d e z e ı t j i l x ts k h dz ğ ç m y n ş o ç p c r s v t r ts v p k o f'),
    ('hy', 'fa'): letters(HY, 'ا ب گ د - ز - - ت ژ ی ل خ تس ک ه دز غ چ م ی ن ش و چ پ ج ر س و ت ر تس و پ ک و ف'),
    ('hy', 'ru'): letters(HY, 'а б г д е з э ы т ж и л х ц к г дз г ч м й н ш о ч п дж р с в т р ц в п к о ф'),
    ('az', 'ru'): letters(AZ, 'а б дж ч д е а ф г г г х ы и ж к к л м н о ё п р с ш т у ю в й з в'),
    ('az', 'ka'): letters(AZ, 'აბჯჩდეაფგღჰხიიჟქყლმნოოფრსშთუუვიზვ'),
    ('az', 'hy'): letters(AZ, 'ա բ ջ չ դ ե ա ֆ գ ղ հ խ ի ի ժ ք ղ լ մ ն ո ո փ ր ս շ թ ու ու վ յ զ վ'),
    ('az', 'fa'): letters(AZ, 'ا ب ج چ د - - ف گ غ ه خ ی ی ژ ک ق ل م ن و و پ ر س ش ت و و و ی ز و'),
    ('ru', 'ka'): letters(RU, 'ა ბ ვ გ დ ე ო ჟ ზ ი ი კ ლ მ ნ ო პ რ ს ტ უ ფ ხ ც ჩ შ შჩ - ი - ე იუ ია'),
    ('ru', 'hy'): letters(RU, 'ա բ վ գ դ ե յո ժ զ ի յ կ լ մ ն ո պ ր ս տ ու ֆ խ ց չ շ շչ - ի - է յու յա'),
    ('ru', 'az'): letters(RU, 'a b v q d e yo j z i y k l m n o p r s t u f x ts ç ş şç - ı - e yu ya'),
    ('ru', 'fa'): letters(RU, 'ا ب و گ د - و ژ ز ی ی ک ل م ن و پ ر س ت و ف خ تس چ ش شچ - ی - - یو یا'),
    ('ka', 'hy'): letters(KA, 'ա բ գ դ ե վ զ թ ի կ լ մ ն ո պ ժ ր ս տ ու փ ք ղ ղ շ չ ց ձ ծ ճ խ ջ հ'),
    ('ka', 'az'): letters(KA, 'a b q d e v z t i k l m n o p j r s t u f k ğ q ş ç ts dz ts ç x c h'),
    ('ka', 'fa'): letters(KA, 'ا ب گ د - و ز ت ی ک ل م ن و پ ژ ر س ت و ف ک غ ق ش چ تس دز تس چ خ ج ه'),
}
# At the beginning of a word, and at its end.
FIRST = {('hy', 'ru'): {'ո': 'во'}, ('az', 'ru'): {'e': 'э', 'ö': 'о', 'ü': 'у'}, ('hy', 'ka'): {'ո': 'ვო'}, ('hy', 'az'): {'ե': 'ye', 'ո': 'vo'}, ('hy', 'fa'): {'ա': 'آ', 'ե': 'ی', 'է': 'ا', 'ը': 'ا', 'ի': 'ای', 'ո': 'وو', 'օ': 'او'},
         ('az', 'hy'): {'o': 'օ', 'ö': 'օ', 'e': 'է', 'i': 'ի'}, ('az', 'fa'): dict(zip('aəeıioöuü', 'آ ا ا ای ای او او او او'.split())),
         ('ru', 'hy'): {'о': 'օ'}, ('ru', 'fa'): dict(zip('аеиоуэ', 'آ ی ای او او ا'.split())),
         ('ka', 'hy'): {'ო': 'օ', 'ე': 'է', 'რ': 'ռ'}, ('ka', 'fa'): dict(zip('აეიოუ', 'آ ا ای او او'.split()))}
LAST = {('az', 'fa'): {'ə': 'ه', 'a': 'ا', 'e': 'ه'}, ('hy', 'fa'): {'ե': 'ه'}, ('ru', 'fa'): {'е': 'ه'}, ('ka', 'fa'): {'ე': 'ه'}}


def word(text, rule):
    """One word."""
    lower = text.replace('İ', 'i').replace('I', 'ı').lower() if rule[0] == 'az' else text.lower()
    if rule[0] == 'hy':                                                         # two signs, one letter
        lower = lower.replace('և', 'եւ').replace('ու', '\0')
    out = []
    for i, letter in enumerate(lower):
        both = {'\0': {'ka': 'უ', 'az': 'u', 'fa': 'و', 'ru': 'у'}[rule[1]]} if rule[0] == 'hy' else {}
        table = RULES[rule] | both
        if i == 0:
            table = table | FIRST.get(rule, {})
        elif i == len(lower) - 1:
            table = table | LAST.get(rule, {})
        if letter not in table:
            return None
        out.append(table[letter])
    done = ''.join(out)
    if rule[1] == 'ru':                                                         # one letter for two sounds
        done = re.sub('й[уаоеэ]', lambda pair: 'юяёее'['уаоеэ'.index(pair[0][1])], done)
    if rule[1] == 'az':
        return ('İ' if done[:1] == 'i' else done[:1].upper()) + done[1:]
    return done[:1].upper() + done[1:] if rule[1] in ('hy', 'ru') else done


def name(text, source, target):
    """A name of one or several words; None where a letter has no rule."""
    if not text or '/' in text or '(' in text or (source, target) not in RULES:
        return None
    parts = [p if re.fullmatch(r'[\s-]+', p) else word(p, (source, target)) for p in re.split(r'([\s-]+)', text)]
    if None in parts:
        return None
    done = ''.join(parts)
    # The nominative's ending.
    return done + 'ი' if target == 'ka' and done[-1] not in VOWELS else done


# What a country's names are turned from.
FROM = {'ARM': 'hy', 'AZE': 'az', 'GEO': 'ka', 'RUS': 'ru', 'IRN': 'az', 'TUR': 'az'}
LANGUAGES = ('hy', 'az', 'ru', 'ka', 'fa')


def complete(row):
    """A row of places.csv with the forms that it lacks; the row itself where it lacks none, or the place is contested."""
    if row['contested'] == '1':
        return row
    found = {}
    for language in LANGUAGES:
        if not row[f'name_{language}']:
            source = FROM[row['country']]
            found[language] = name(row[f'name_{source}'], source, language)
    found = {k: v for k, v in found.items() if v}
    marks = ';'.join([row['names_source']] + [f'{k}:transcribed' for k in found])
    return row | {f'name_{k}': v for k, v in found.items()} | {'names_source': marks}

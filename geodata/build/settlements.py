"""Facts that are not geometry in Natural Earth: official areas, names, settlements and which side of 1994 they were on."""
OFFICIAL = {'Kalbajar': 1936, 'Lachin': 1835, 'Qubadli': 802, 'Zangilan': 707, 'Jabrayil': 1050, 'Fizuli': 1386, 'Agdam': 1094}
HELD = {'Agdam': 842, 'Fizuli': 462}                      # held before 27 Sep 2020, published tables; the other five whole
OBLAST_KM2 = 4388
# rayons made after 26 Nov 1991 out of oblast land: whatever of them lies outside the oblast line is generalisation
OBLAST_MADE = ('Khojaly', 'Khankendi', 'Shusha', 'Shusha city', 'Khojavend')

# Natural Earth's gn_name -> (English, Azerbaijani). Only where the automatic "strip Rayon/City" is wrong.
NAMES = {'Lacin Rayonu': ('Lachin', 'Laçın'), 'Xankandi Sahari': ('Khojaly', 'Xocalı'), 'Xocali Rayonu': ('Khankendi', 'Xankəndi'),
         'Susa Rayonu': ('Shusha', 'Şuşa'), 'Susa Sahari': ('Shusha city', 'Şuşa şəhəri'), 'Xocavand Rayonu': ('Khojavend', 'Xocavənd'),
         'Kalbacar Rayonu': ('Kalbajar', 'Kəlbəcər'), 'Cabrayil Rayonu': ('Jabrayil', 'Cəbrayıl'), 'Fizili Rayon': ('Fizuli', 'Füzuli'),
         'Fizuli Rayon': ('Fizuli', 'Füzuli'), 'Aghdam Rayon': ('Agdam', 'Ağdam'), 'Qubadli Rayon': ('Qubadli', 'Qubadlı'),
         'Zangilan Rayon': ('Zangilan', 'Zəngilan'), 'Tartar Rayon': ('Tartar', 'Tərtər'), 'Goygol Rayon': ('Goygol', 'Göygöl'),
         'Davachi Rayon': ('Shabran', 'Şabran'), 'Ali Bajramly': ('Shirvan', 'Şirvan'), 'Lankaran Rayon': ('Lankaran', 'Lənkəran'),
         'Lankaran Sahari': ('Lankaran city', 'Lənkəran şəhəri'), 'Saki Sahari': ('Shaki city', 'Şəki şəhəri'),
         'Yevlakh City': ('Yevlakh city', 'Yevlax şəhəri'), 'Yevlakh Rayon': ('Yevlakh', 'Yevlax'), 'Shaki Rayon': ('Shaki', 'Şəki'),
         'Nakhchivan City': ('Nakhchivan city', 'Naxçıvan şəhəri'), 'Baku City': ('Baku', 'Bakı'), 'Sumqayit City': ('Sumqayit', 'Sumqayıt'),
         'Naftalan City': ('Naftalan', 'Naftalan'), 'Mingacevir City': ('Mingachevir', 'Mingəçevir'), 'Ganja City': ('Ganja', 'Gəncə')}
MARZ = {'Erevan': 'Yerevan', 'Gegharkunik': 'Gegharkunik'}

# Anchors: the polygon holding the point must carry the name (the join is by point, the name table is only checked by it).
ANCHORS = [('Lachin', 46.45, 39.70), ('Khojaly', 46.7921, 39.9136), ('Khankendi', 46.7528, 39.8177), ('Shusha city', 46.7499, 39.7601),
           ('Shusha', 46.67, 39.70), ('Kalbajar', 46.0445, 40.1098), ('Qubadli', 46.5818, 39.3444), ('Zangilan', 46.6599, 39.0837),
           ('Jabrayil', 47.0, 39.33), ('Fizuli', 47.20, 39.60), ('Agdam', 46.94, 40.0), ('Khojavend', 47.10, 39.79), ('Goranboy', 46.7897, 40.6103)]

# Towns given in the brief: name, lat, lon, expected polygon
TOWNS = [('Stepanakert', 39.8177, 46.7528, 'NKAO'), ('Shusha', 39.7601, 46.7499, 'NKAO'), ('Agdam', 39.9910, 46.9274, 'Agdam'),
         ('Fizuli', 39.6009, 47.1453, 'Fizuli'), ('Jabrayil', 39.3992, 47.0284, 'Jabrayil'), ('Zangilan', 39.0837, 46.6599, 'Zangilan'),
         ('Qubadli', 39.3444, 46.5818, 'Qubadli'), ('Lachin', 39.6374, 46.5498, 'Lachin'), ('Kalbajar', 40.1098, 46.0445, 'Kalbajar'),
         ('Khojaly', 39.9136, 46.7921, 'NKAO'), ('Khojavend', 39.7950, 47.1117, 'NKAO'), ('Askeran', 39.9391, 46.8316, 'NKAO'),
         ('Tartar', 40.3420, 46.9316, 'Tartar'), ('Horadiz', 39.4502, 47.3350, 'Fizuli'), ('Mincivan', 39.0302, 46.7233, 'Zangilan'),
         ('Meghri', 38.9012, 46.2431, 'Syunik'), ('Ordubad', 38.9096, 46.0227, 'Ordubad'), ('Goris', 39.5111, 46.3417, 'Syunik'),
         ('Kapan', 39.2076, 46.4068, 'Syunik'), ('Goranboy', 40.6103, 46.7897, 'Goranboy'), ('Martakert', 40.2153, 46.8128, 'NKAO'),
         ('Hadrut', 39.517, 47.03, 'NKAO')]

WP = 'Wikipedia village article'
# Further settlements: name, lat, lon, polygon it is documented to lie in, side in 1994-2020 (A = Armenian-held, Z = Azerbaijani-held,
# L = on the line, None = not used), where that is from. Coordinates are good to about 0.5-1 km.
VILLAGES = [
    ('Talish', 40.3814, 46.7408, 'NKAO', 'A', WP + ' en: held from 11 Apr 1994 to 3 Oct 2020'),
    ('Tapgaragoyunlu', 40.4283, 46.7706, 'Goranboy', 'Z', WP + ' ru: Goranboy, near the line of contact'),
    ('Madagiz', 40.3259, 46.7502, 'NKAO', 'A', WP + ' en/it/ru: held from Apr 1994 to 3 Oct 2020'),
    ('Levonarkh (Goyarkh)', 40.3167, 46.8083, 'NKAO', 'L', WP + ' en: abandoned, on the ceasefire line'),
    ('Maragha (Shikharkh)', 40.3217, 46.9056, 'NKAO', 'Z', WP + ' fr: Azerbaijani control, near the 1994 line; GeoNames 40.3312, 46.8857'),
    ('Qapanli', 40.258, 46.968, 'Tartar', 'Z', 'village of Tartar rayon, lived in and under fire throughout 1994-2020 (press; position of a gazetteer)'),
    ('Seysulan', 40.2464, 46.9850, 'NKAO', 'L', WP + ' en/ru: on the ceasefire line, uninhabited since 1993'),
    ('Dordyol-1', 40.2392, 47.0750, 'Agdam', 'Z', WP + ' ru: Agdam rayon, founded by Azerbaijan 2007; shelled 2020 (minval.az)'),
    ('Banovshalar', 40.1265, 47.0802, 'Agdam', 'Z', 'GeoNames (AZ admin 03 Agdam); Azerbaijani IDP settlement'),
    ('Guzanli', 40.1591, 47.1653, 'Agdam', 'Z', 'GeoNames; provisional centre of Agdam rayon 1993-2020'),
    ('Hindarkh', 40.0675, 47.2058, None, 'Z', 'GeoNames (AZ admin 02 Aghjabadi)'),
    ('Aliaghali', 40.0383, 46.7761, 'Agdam', 'A', WP + ' fr: outside the oblast, Agdam; held'),
    ('Giyasli', 40.0264, 46.9153, 'Agdam', 'A', WP + ' az: Azerbaijani control from 20 Nov 2020'),
    ('Mahrizli', 40.0414, 47.0600, 'Agdam', 'Z', 'metbuat.az 2 Nov 2020: inhabited, shelled by the Armenian side; position ' + WP + ' ru'),
    ('Garadaghli', 40.0292, 47.0692, 'Agdam', 'Z', 'pressklub.az 19 Oct 2020: IDPs live there since 1993, shelled; position ' + WP + ' fr (whose text says held: rejected)'),
    ('Novruzlu', 39.9625, 47.0217, 'Agdam', 'A', WP + ' ru; AZERTAC: occupied 22 Jul 1993, returned 20 Nov 2020'),
    ('Yusifjanli', 39.9753, 47.0556, 'Agdam', 'A', WP + ' ru: most of the village held; pressklub.az: Armenian first echelon'),
    ('Marzili', 39.9325, 47.0617, 'Agdam', 'A', WP + ' ru: held 1993-2020'),
    ('Abdal', 39.8650, 46.9208, 'Agdam', 'A', WP + ' az: Agdam rayon; held 1992-2020'),
    ('Dilagarda', 39.6739, 47.1422, 'Fizuli', 'A', WP + ' ru: Fizuli rayon; held to 9 Nov 2020'),
    ('Yukhari Yaghlivand', 39.6419, 47.1200, 'Fizuli', None, WP + ' az: Fizuli rayon'),
    ('Yukhari Seyidahmadli', 39.5778, 47.2608, 'Fizuli', 'A', WP + ' ru: held to 7 Nov 2020'),
    ('Alkhanli', 39.5964, 47.3642, 'Fizuli', 'Z', WP + ' ru; Turan 7 Jul 2017: 2.5-3 km from the line of contact'),
    ('Zobujug-3', 39.5707, 47.3890, 'Fizuli', 'Z', 'GeoNames; settlement built by Azerbaijan'),
    ('Kurdlar', 39.5414, 47.2011, 'Fizuli', 'A', WP + ' az; Azernews: held to 20 Oct 2020'),
    ('Horadiz village', 39.4514, 47.2403, 'Fizuli', 'A', WP + ' ru: Fizuli rayon; held from 7 Sep 1993 to 27 Sep 2020, close to the line'),
    ('Nuzgar', 39.4167, 47.2236, 'Jabrayil', 'A', WP + ' ru: Jabrayil rayon; held to 27 Sep 2020 (Azernews)'),
    ('Boyuk Marjanli', 39.3611, 47.2469, 'Jabrayil', 'A', WP + ' ru/az: Jabrayil rayon; held to 27 Sep 2020'),
    ('Mehdili', 39.3808, 47.2753, 'Jabrayil', 'A', WP + ' fa: Jabrayil rayon; taken 3 Oct 2020'),
    ('Lalatapa hill', 39.4085, 47.2687, 'Jabrayil', 'A', WP + ' en/tr: Jabrayil rayon; held to Apr 2016'),
    ('Jojug Marjanli', 39.3925, 47.2967, 'Jabrayil', 'Z', WP + ' en/ru: Jabrayil rayon; Azerbaijani from Jan 1994, no-man\'s-land to 2016'),
    ('Karkhulu', 39.3436, 47.1964, 'Jabrayil', 'A', WP + ' ru: Jabrayil rayon; taken 4 Oct 2020'),
    ('Fuganli', 39.3578, 47.0872, 'Jabrayil', 'A', WP + ' ru: Jabrayil rayon; taken 20 Oct 2020'),
    ('Juvarli', 39.5664, 47.1053, 'Fizuli', 'A', WP + ' ru: Fizuli rayon; taken 17 Oct 2020'),
    ('Shikhaliagali', 39.3097, 47.1225, 'Jabrayil', 'A', WP + ' ru: Jabrayil rayon'),
    ('Darzili', 39.1644, 46.8733, 'Jabrayil', 'A', WP + ' ru: Jabrayil rayon'),
    ('Agali II', 39.1803, 46.7592, 'Zangilan', 'A', WP + ' ru: Zangilan rayon'),
    ('Muradkhanli', 39.4544, 46.6264, 'Qubadli', 'A', WP + ' ru: Qubadli rayon'),
    ('Avdur', 39.8439, 46.9394, 'NKAO', 'A', WP + ' ru: Martuni district'),
    ('Agjakend', 39.4969, 46.8783, 'NKAO', 'A', WP + ' en: Hadrut district'),
    ('Dudukchu', 39.5744, 47.0514, 'NKAO', 'A', WP + ' en: Hadrut district'),
    ('Umudlu', 40.1967, 46.5944, 'NKAO', 'A', WP + ' az: Martakert district'),
    ('Quzumkend', 39.7431, 46.9936, 'NKAO', 'A', WP + ' az: Martuni district')]

#!/usr/bin/env bash
# Makes the maps of this folder: one command each, in PNG, SVG and PDF. Usage: docs/gallery/build.sh [PROGRAM]
set -eu
cd "$(dirname "$0")/../.."
program=${1:-target/release/contactline}
here=docs/gallery

map() { # map NAME OPTION...
  local name=$1; shift
  for format in png svg pdf; do "$program" export "$@" -o "$here/$name.$format"; done
}

area=45.4,38.8,48.0,40.6
map seven-territories --bbox $area --preset web-1200-2x --state date=2020-09-01 \
  --title 'Before the war of 2020' --subtitle 'The former oblast of Nagorno-Karabakh and the seven districts around it'
map seven-territories-hy --bbox $area --preset web-1200-2x --state date=2020-09-01 --state lang=hy \
  --title '2020 թվականի պատերազմից առաջ' --subtitle 'Լեռնային Ղարաբաղի նախկին մարզը և շրջակա յոթ շրջանները'
map agreement --spec $here/agreement.json
map agreement-ru --spec $here/agreement-ru.json
map change --bbox $area --preset web-1200-2x --change 2020-09-27/2020-12-01 \
  --title 'What changed hands' --subtitle '27 September to 1 December 2020, by who held it before and after'
map corridor --bbox 46.33,39.52,46.97,39.93 --preset web-1200-2x --state date=2021-06-01 \
  --title 'Stepanakert, Shusha and the Lachin corridor' --subtitle 'The road to Armenia, five kilometres wide, seven months after the war'
map key-west --bbox 44.9,38.7,47.6,40.5 --preset web-1200-2x --state date=2001-04-10 \
  --title 'Key West, April 2001: two accounts of one meeting' \
  --subtitle 'Azerbaijan’s: Meghri in exchange for Lachin. Armenia’s: Lachin, and for Azerbaijan no more than transit by Meghri'
map before-and-after --bbox 45.4,38.7,48.0,40.7 --preset slide-16x9 --compare 2020-09-26,2020-12-01 --projection lambert \
  --title 'Before and after the war of 2020'

#!/usr/bin/env python3
"""Writes `zones.txt` beside this file and `center/countries.txt` from libphonenumber's metadata.

    pip install phonenumbers
    python3 generate.py

`zones.txt` has one line a set of time zones: the zones, a colon, and the prefixes of E.164 numbers that lie in them.
`countries.txt` has one line a country: its two letters and its English name. The metadata is Google's, under the
Apache License 2.0."""
from collections import defaultdict
from pathlib import Path

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.geodata.locale import LOCALE_DATA
from phonenumbers.tzdata import TIMEZONE_DATA

here = Path(__file__).parent
by_zones = defaultdict(list)
for prefix, zones in TIMEZONE_DATA.items():
    by_zones[" ".join(sorted(zones))].append(prefix)
lines = [f"{zones}: {' '.join(sorted(prefixes))}" for zones, prefixes in by_zones.items()]
(here / "zones.txt").write_text(f"# libphonenumber {phonenumbers.__version__}\n" + "\n".join(sorted(lines)) + "\n")

regions = sorted({region for regions in COUNTRY_CODE_TO_REGION_CODE.values() for region in regions} - {"001"})


def name(region, language="en"):
    """The name in a language; one that begins with a star is that of another language."""
    found = LOCALE_DATA.get(region, {}).get(language, "")
    return name(region, found[1:]) if found.startswith("*") else found


names = [f"{region} {name(region)}" for region in regions if name(region)]
(here.parent / "center" / "countries.txt").write_text("\n".join(names) + "\n")
print(len(lines), "sets of zones,", len(names), "countries of", len(regions))

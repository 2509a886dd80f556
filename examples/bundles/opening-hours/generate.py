#!/usr/bin/env python3
"""Writes traffic.csv and roster.csv beside this file: one made-up day, the same bytes on every run."""

import csv
import math
import random
from datetime import datetime, timedelta
from pathlib import Path

DAY = datetime(2026, 3, 11)  # a Wednesday; hours are Berlin's
HERE = Path(__file__).resolve().parent

# Service, first digits of its customers' numbers, and spans: from, to, requests an hour.
ASKED = [
    ("europe", "+4930555", [(7.8, 9, 8), (9, 11, 16), (11, 12.2, 6), (12.2, 13.5, 9), (13.5, 15, 10), (15, 17.2, 5), (17.2, 18.2, 16)]),
    ("america", "+1212555", [(13.3, 14, 4), (14, 17, 5), (17, 20, 8), (20, 22.2, 6)]),
    ("emergency", "+4930556", [(0.5, 24, 0.4)]),
]

# Times that customers ask for: service, hour of the request, the time asked for.
APPOINTMENTS = [
    ("europe", 9.1, "2026-03-11 13:00:00"),  # lunch
    ("europe", 9.6, "2026-04-03 10:00:00"),  # Good Friday
    ("europe", 10.2, "2026-03-12 09:00:00"),
    ("europe", 11.3, "2026-03-14 11:00:00"),  # a Saturday
    ("america", 15.1, "2026-03-11 21:30:00"),  # half past four in New York
    ("america", 15.4, "2026-03-11 22:30:00"),  # half past five
    ("america", 16.2, "2026-04-03 16:00:00"),  # Good Friday again, a working day in New York
]

# Agent, from, to; hours beyond 24 are of the days that follow. The last is Good Friday, for the one appointment.
SHIFTS = [
    ("otto", 0, 12), ("ruth", 12, 26), ("antje", 8.4, 18.1), ("bruno", 8.45, 18.1), ("clara", 13.4, 18.1),
    ("dan", 13.9, 22.1), ("ella", 15, 22.1), ("antje", 32.4, 42.1), ("bruno", 32.45, 42.1), ("dan", 23 * 24 + 14.9, 23 * 24 + 23.1),
]

# Python promises the sequence of `random()` for a seed, and of nothing else; all draws are made from it.
draw = random.Random(20260311).random


def clock(hour):
    """Local time of a decimal hour of the day, to the second."""
    return (DAY + timedelta(seconds=round(hour * 3600))).isoformat(" ")


def attempts():
    """Outcomes and ringing times up to the first answer."""
    outcomes, rings = [], []
    while len(outcomes) < 3 and draw() < 0.12:
        busy = draw() < 0.4
        outcomes.append("busy" if busy else "no_answer")
        rings.append(3 if busy else 30)
    return "|".join(outcomes), "|".join(str(ring) for ring in [*rings, 4 + int(10 * draw())])


def arrivals(spans):
    for start, end, per_hour in spans:
        hour = start
        while True:
            hour -= math.log(1 - draw()) / per_hour
            if hour >= end:
                break
            yield hour


def traffic():
    requests = []
    for service, number, spans in ASKED:
        hours = [(hour, "") for hour in arrivals(spans)]
        hours += [(hour, desired) for asked, hour, desired in APPOINTMENTS if asked == service]
        for hour, desired in sorted(hours):
            outcomes, ring = attempts()
            phone = f"{number}{1000 + int(9000 * draw()):04d}"
            handle = 60 + int(-300 * math.log(1 - draw()))
            requests.append((hour, service, phone, desired, outcomes, ring, min(handle, 1500)))
    requests.sort()
    return [(clock(hour), f"r{n:03d}", *rest) for n, (hour, *rest) in enumerate(requests, 1)]


def roster():
    events = [(start, agent, "login") for agent, start, _ in SHIFTS]
    events += [(end, agent, "logout") for agent, _, end in SHIFTS]
    return [(clock(hour), agent, event) for hour, agent, event in sorted(events)]


def write(name, header, rows):
    with open(HERE / name, "w", encoding="ascii", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


if __name__ == "__main__":
    write("traffic.csv", ["at", "id", "service", "phone", "desired", "outcomes", "ring", "handle"], traffic())
    write("roster.csv", ["at", "agent", "event"], roster())

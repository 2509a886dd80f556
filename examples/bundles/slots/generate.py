#!/usr/bin/env python3
"""Writes traffic.csv and roster.csv beside this file: one made-up day, the same bytes on every run."""

import csv
import math
import random
from datetime import datetime, timedelta
from pathlib import Path

DAY = datetime(2026, 3, 12)  # a Thursday
HERE = Path(__file__).resolve().parent

# From, to, requests an hour, the channel they come through. A spot is shown at eleven.
ASKED = [
    (7.8, 10, 8, "web"), (10, 12, 11, "web"), (12, 15, 6, "web"), (15, 17.8, 9, "web"),
    (11, 11.12, 150, "tv"), (11.12, 11.6, 22, "tv"),
]

# Half hours that customers like to be called at, with weights.
LIKED = [(9.5, 2), (10, 1), (12, 2), (12.5, 2), (14, 1), (16, 2), (16.5, 3), (17, 6), (17.5, 2)]

BOOKED = 0.35  # share of the web's requests that are for a later time

# One who can't leave the telephone alone: number, first request, hours between, how many.
RESTLESS = ("+43155500007", 8.6, 1.1, 6)

# Agent, from, to, break from, break to.
SHIFTS = [("ines", 8, 16.5, 12, 12.5), ("jakob", 8, 18, 12.5, 13), ("karin", 10, 18, 14, 14.5)]

# Python promises the sequence of `random()` for a seed, and of nothing else; all draws are made from it.
draw = random.Random(20260312).random


def pick(weighted):
    at = draw() * sum(weight for _, weight in weighted)
    for value, weight in weighted:
        at -= weight
        if at < 0:
            return value
    return weighted[-1][0]


def clock(hour):
    """Local time of a decimal hour of the day, to the second."""
    return (DAY + timedelta(seconds=round(hour * 3600))).isoformat(" ")


def attempts():
    """Outcomes and ringing times up to the first answer, at most four."""
    outcomes, rings = [], []
    while len(outcomes) < 4 and draw() < (0.4 if outcomes else 0.2):
        outcome = pick([("busy", 4), ("no_answer", 5), ("answering_machine", 2)])
        outcomes.append(outcome)
        rings.append({"busy": 3, "no_answer": 25, "answering_machine": 18}[outcome])
    return "|".join(outcomes), "|".join(str(ring) for ring in [*rings, 4 + int(10 * draw())])


def request(hour, phone, channel, desired=""):
    outcomes, ring = attempts()
    handle = min(60 + int(-270 * math.log(1 - draw())), 1200)
    return hour, "advice", phone, desired, outcomes, ring, handle, channel


def traffic():
    requests = []
    for start, end, per_hour, channel in ASKED:
        hour = start
        while True:
            hour -= math.log(1 - draw()) / per_hour
            if hour >= end:
                break
            phone = f"+4315550{1000 + int(9000 * draw()):04d}"
            later = [time for time in LIKED if time[0] > hour + 0.3]
            booked = channel == "web" and later and draw() < BOOKED
            requests.append(request(hour, phone, channel, clock(pick(later)) if booked else ""))
    phone, hour, between, times = RESTLESS
    requests += [request(hour + n * between, phone, "web") for n in range(times)]
    requests.sort()
    return [(clock(hour), f"r{n:03d}", *rest) for n, (hour, *rest) in enumerate(requests, 1)]


def roster():
    events = []
    for agent, start, end, rest, back in SHIFTS:
        events += [(start, agent, "login"), (rest, agent, "not_ready"), (back, agent, "ready"), (end, agent, "logout")]
    return [(clock(hour), agent, event) for hour, agent, event in sorted(events)]


def write(name, header, rows):
    with open(HERE / name, "w", encoding="ascii", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


if __name__ == "__main__":
    columns = ["at", "id", "service", "phone", "desired", "outcomes", "ring", "handle", "channel"]
    write("traffic.csv", columns, traffic())
    write("roster.csv", ["at", "agent", "event"], roster())

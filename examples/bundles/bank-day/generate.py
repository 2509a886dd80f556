#!/usr/bin/env python3
"""Writes traffic.csv and roster.csv beside this file: one made-up day, the same bytes on every run.

README.md says which figures are published and which are ours. To change the day, change the figures here.
"""

import csv
import math
import random
from datetime import datetime, timedelta
from pathlib import Path

DAY = datetime(2026, 3, 10)
HERE = Path(__file__).resolve().parent

# Requests per hour at each hour of the day, straight lines between. The first few come before the doors open.
RATE = [
    (6.8, 10), (7, 20), (8, 52), (9, 88), (10, 112), (11, 116), (12, 96), (13, 80), (14, 98), (15, 100),
    (16, 86), (17, 66), (18, 54), (19, 46), (20, 42), (21, 40), (22, 34), (23, 24), (24, 10),
]

# Per service: its share, and mean and standard deviation of the talk, in seconds; talks are lognormal.
SERVICES = {
    "regular": (0.68, 181, 207),
    "stock": (0.11, 269, 320),
    "prospect": (0.14, 111, 154),
    "internet": (0.07, 381, 485),
}
LONGEST_TALK = 3600

PRIORITY = 0.40  # share of the bank's customers in the priority tier
SCHEDULED = 0.03  # requests for a later time
REPEATED = 0.04  # customers who ask again within minutes
CANCELLED = 0.04  # customers who mean to give up, if they are not called before
FIRST_FAILS, NEXT_FAILS = 0.12, 0.30  # attempts that reach nobody
FAILURES = [("no_answer", 0.60), ("busy", 0.32), ("answering_machine", 0.08)]

# Half hours that people like to be called at.
APPOINTMENTS = [
    (9.5, 1), (11, 1), (12, 2), (12.5, 3), (13, 3), (15, 1),
    (16.5, 2), (17, 4), (17.5, 4), (18, 4), (19, 2), (20.5, 2),
]

# Two who can't leave the telephone alone: customer, service, first request, how many.
RESTLESS = [(11, "regular", 7.6, 8), (12, "internet", 18.5, 7)]

# One who asks, at some hour, for times at which the office is shut: a Friday afternoon, a holiday.
SHUT_OUT = (13, "regular", [(9.25, "2026-03-13 16:00:00.000"), (13.4, "2026-04-02 10:00:00.000")])

# Agent, from, to, break from, break to.
SHIFTS = [
    ("alma", 7, 14, 10.25, 10.75), ("boaz", 7, 14, 12, 12.5), ("erez", 7, 14.5, 11, 11.5),
    ("carmel", 7.75, 15, 12, 12.5), ("daria", 8.25, 15.5, 12.5, 13), ("gal", 8.5, 16, 13, 13.5),
    ("flora", 9.5, 17, 13, 13.5), ("hadar", 11, 18.5, 14, 14.5), ("itai", 13, 20, 16.5, 17),
    ("kinneret", 14, 21, 17.5, 18), ("lavi", 15.5, 22, 18.5, 19), ("maya", 15.5, 23, 19, 19.5),
    ("nir", 16, 24, 20, 20.5), ("omer", 17.5, 24, 21, 21.5), ("peleg", 17, 24, 20.5, 21),
]

# Python promises the sequence of `random()` for a seed, and of nothing else; all draws are made from it.
draw = random.Random(20260310).random


def normal():
    return math.sqrt(-2 * math.log(1 - draw())) * math.cos(2 * math.pi * draw())


def exponential(mean):
    return -mean * math.log(1 - draw())


def pick(weighted):
    at = draw() * sum(weight for _, weight in weighted)
    for value, weight in weighted:
        at -= weight
        if at < 0:
            return value
    return weighted[-1][0]


def clock(hour):
    """Local time of a decimal hour of the day, to the millisecond; it may lie beyond midnight."""
    at = DAY + timedelta(milliseconds=round(hour * 3_600_000))
    return at.isoformat(" ", "milliseconds")


def rate(hour):
    for (h0, r0), (h1, r1) in zip(RATE, RATE[1:]):
        if h0 <= hour <= h1:
            return r0 + (r1 - r0) * (hour - h0) / (h1 - h0)
    return 0


def arrivals():
    """A Poisson process of the rate above: one of the highest rate, thinned."""
    highest = max(r for _, r in RATE)
    hour = RATE[0][0] + exponential(1 / highest)
    while hour < 24:
        if draw() * highest < rate(hour):
            yield hour
        hour += exponential(1 / highest)


def talk(service):
    _, mean, deviation = SERVICES[service]
    variance = math.log(1 + (deviation / mean) ** 2)
    seconds = math.exp(math.log(mean) - variance / 2 + math.sqrt(variance) * normal())
    return min(max(seconds, 5), LONGEST_TALK)


def attempts():
    """Outcomes and ringing times up to the first answer, at most five."""
    outcomes, rings = [], []
    while len(outcomes) < 5 and draw() < (NEXT_FAILS if outcomes else FIRST_FAILS):
        outcome = pick(FAILURES)
        outcomes.append(outcome)
        rings.append({"no_answer": 25, "busy": 2 + 2 * draw(), "answering_machine": 18 + 4 * draw()}[outcome])
    if len(outcomes) < 5:
        outcomes.append("answered")
        rings.append(4 + 12 * draw())
    return outcomes, rings


def request(hour, service, customer, tier):
    outcomes, rings = attempts()
    return {
        "hour": hour,
        "service": service,
        "phone": f"+97255200{customer:04d}" if service != "prospect" else f"+97255210{customer:04d}",
        "desired": "",
        "outcomes": "|".join(outcomes) if len(outcomes) > 1 else "",
        "ring": "|".join(f"{ring:.1f}" for ring in rings),
        "handle": f"{talk(service):.1f}",
        "cancel_at": "",
        "tier": tier,
    }


def traffic():
    requests, tiers = [], {n: "priority" for n in range(1, 9)}
    for hour in arrivals():
        service = pick([(name, share) for name, (share, _, _) in SERVICES.items()])
        customer = 1000 + int(draw() * 9000)
        if service == "prospect":
            tier = ""
        else:
            customer = 1 + int(draw() * 8) if draw() < 0.01 else customer
            tier = tiers.setdefault(customer, "priority" if draw() < PRIORITY else "")
        asked = request(hour, service, customer, tier)
        requests.append(asked)
        appointments = [a for a in APPOINTMENTS if a[0] > hour + 0.5]
        if draw() < SCHEDULED and hour > 7 and appointments:
            desired = pick(appointments)
            asked["desired"] = clock(desired)
            if draw() < 0.1:
                asked["cancel_at"] = clock(hour + (desired - hour) * draw())
        elif draw() < REPEATED:
            requests.append(request(hour + (60 + exponential(240)) / 3600, service, customer, tier))
        elif draw() < CANCELLED:
            asked["cancel_at"] = clock(hour + (20 + exponential(240)) / 3600)
    for customer, service, hour, times in RESTLESS:
        for _ in range(times):
            asked = request(hour, service, customer, "")
            asked.update(outcomes="", ring="6.0", handle=f"{30 + 40 * draw():.1f}")
            requests.append(asked)
            hour += 0.1 + 0.1 * draw()
    customer, service, times = SHUT_OUT
    for hour, desired in times:
        asked = request(hour, service, customer, "")
        asked["desired"] = desired
        requests.append(asked)
    return sorted((r for r in requests if r["hour"] < 24), key=lambda r: r["hour"])


def roster():
    events = []
    for agent, start, end, rest, back in SHIFTS:
        events.append((start - 0.05 * draw(), agent, "login"))
        events.append((rest + 0.05 * draw(), agent, "not_ready"))
        events.append((back + 0.05 * draw(), agent, "ready"))
        events.append((end, agent, "logout"))
    return sorted(events)


def write(name, header, rows):
    with open(HERE / name, "w", encoding="ascii", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


if __name__ == "__main__":
    columns = ["service", "phone", "desired", "outcomes", "ring", "handle", "cancel_at", "tier"]
    write(
        "traffic.csv",
        ["at", "id", *columns],
        ([clock(r["hour"]), f"r{n:04d}", *(r[c] for c in columns)] for n, r in enumerate(traffic(), 1)),
    )
    write(
        "roster.csv",
        ["at", "agent", "event"],
        ([clock(hour), agent, event] for hour, agent, event in roster()),
    )

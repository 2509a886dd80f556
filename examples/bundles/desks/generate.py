"""Draws traffic.csv: two hours of three services, with a rush in the middle. `python3 generate.py`"""

import random
from datetime import datetime, timedelta

DRAW = random.Random(20260512)
AT = datetime(2026, 5, 12, 9, 0, 0)


def lines():
    at = AT
    customers = [f"+35387{7000000 + n}" for n in range(40)]
    for n in range(1, 91):
        rush = 35 <= n < 60
        at += timedelta(seconds=DRAW.randint(5, 25) if rush else DRAW.randint(40, 140))
        service = DRAW.choice(["sales", "sales", "service", "service", "repairs"])
        phone = customers[(n * 7) % 40]
        outcomes = DRAW.choice(["", "", "", "", "busy|answered"])
        ring, handle = DRAW.randint(3, 15), DRAW.randint(40, 200)
        language = DRAW.choice(["en", "en", "ga"])
        yield f"{at},d{n:02},{service},{phone},{outcomes},{ring}|{ring},{handle},{language}"


with open("traffic.csv", "w") as file:
    print("at,id,service,phone,outcomes,ring,handle,language", file=file)
    for line in lines():
        print(line, file=file)

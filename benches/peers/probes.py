"""What a name is worth to somebody who puts a person into a file of their own: one row for each of 300 persons that stand in
exactly one file of FOLDER, with a part of what is on record of them, and how many of these rows the product takes for the
person (band *match*). Nobody is told; it is what an introduction would begin with.

FOLDER has a CSV file for each site and truth.csv, as `sigilo evaluate` reads them. Of each person only the first record is kept,
so that recall counts the rows of the prober and nothing else.
"""

import argparse
import collections
import csv
import datetime
import json
import random
import subprocess
import tempfile
from pathlib import Path

from common import ROOT

NAME = ("given_names", "paternal_surname", "maternal_surname")
PLACE = ("sex", "nationality", "birth_state", "birth_municipality")


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("folder", type=Path)
    args.add_argument("--sigilo", default=str(ROOT / "target" / "release" / "sigilo"))
    args.add_argument("--seed", type=int, default=18)
    args.add_argument("--persons", type=int, default=300)
    args = args.parse_args()
    draw = random.Random(args.seed)
    truth = {(t["site"], t["local_id"]): t["entity_id"] for t in csv.DictReader((args.folder / "truth.csv").open())}
    times = collections.Counter(truth.values())
    files, heads = {}, None
    for path in sorted(p for p in args.folder.glob("*.csv") if p.name != "truth.csv"):
        reader = csv.DictReader(path.open(encoding="utf-8-sig"))
        files[path.stem], heads = list(reader), reader.fieldnames
    known = [(site, row) for site, rows in files.items() for row in rows
             if len(row["date_of_birth"]) == 10 and row["given_names"] and row["paternal_surname"]
             and times[truth[site, row["local_id"]]] == 1]
    persons = draw.sample(known, args.persons)

    def within(row, days):
        date = datetime.date.fromisoformat(row["date_of_birth"]) + datetime.timedelta(days=draw.randint(-days, days))
        return {"date_of_birth": date.isoformat()}

    def with_year(row):
        return {"date_of_birth": f"{row['date_of_birth'][:4]}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"}

    kinds = {
        "name alone": (NAME, lambda row: {}),
        "name, a date within two years": (NAME, lambda row: within(row, 730)),
        "name and date": (NAME + ("date_of_birth",), lambda row: {}),
        "name, sex and places": (NAME + PLACE, lambda row: {}),
        "name, sex and places, a date within two years": (NAME + PLACE, lambda row: within(row, 730)),
        "name, sex and places, another date of the year": (NAME + PLACE, with_year),
        "name, sex, places and date": (NAME + PLACE + ("date_of_birth",), lambda row: {}),
    }
    for policy in ("strict", "standard"):
        for kind, (keep, more) in kinds.items():
            with tempfile.TemporaryDirectory() as made:
                write(Path(made), files, heads, truth, [
                    ({h: row[h] if h in keep else "" for h in heads}
                     | {"role": row["role"], "local_id": f"P-{n}"} | more(row), truth[site, row["local_id"]])
                    for n, (site, row) in enumerate(persons)])
                said = subprocess.run([args.sigilo, "evaluate", made, "--json", "--policy", policy],
                                      check=True, capture_output=True, text=True)
                found = json.loads(said.stdout)
                print(f"{policy:8}  {kind:48}  candidate {found['discover']['recall']:.3f}  match {found['final']['recall']:.3f}",
                      flush=True)


def write(folder, files, heads, truth, probes):
    seen, lines = set(), []
    for site, rows in files.items():
        kept = []
        for row in rows:
            entity = truth[site, row["local_id"]]
            if entity not in seen:
                seen.add(entity)
                kept.append(row)
                lines.append((site, row["local_id"], entity))
        table(folder / f"{site}.csv", heads, kept)
    table(folder / "probes.csv", heads, [row for row, _ in probes])
    lines += [("probes", row["local_id"], entity) for row, entity in probes]
    with (folder / "truth.csv").open("w", newline="") as out:
        csv.writer(out).writerows([("site", "local_id", "entity_id"), *lines])


def table(path, heads, rows):
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, heads)
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()

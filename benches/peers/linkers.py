"""Accuracy beside others on the same files: `sigilo evaluate`, Splink on clear text, Bloom filters (clkhash and anonlink).

FOLDER has a CSV file for each site and truth.csv, as `sigilo evaluate` reads them. What counts are pairs of records of
different sites. Splink and anonlink are shown at their best threshold in hindsight, which nobody has who does not know the truth,
and Splink also where its own probability passes one half; sigilo is shown as it decides without labels.
"""

import argparse
import csv
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
from itertools import combinations
from pathlib import Path

from common import ROOT, Timer

FIELDS = ["given_names", "paternal_surname", "maternal_surname", "sex", "date_of_birth", "nationality",
          "birth_state", "birth_municipality", "phone"]
PARTICLES = {"de", "la", "las", "los", "del", "y"}


HEADS = {"expediente": "local_id", "id": "local_id", "folio": "local_id", "nombres": "given_names", "nombre": "given_names",
         "apellido_paterno": "paternal_surname", "primer_apellido": "paternal_surname",
         "apellido_materno": "maternal_surname", "segundo_apellido": "maternal_surname", "sexo": "sex",
         "fecha_nacimiento": "date_of_birth", "fecha_de_nacimiento": "date_of_birth", "nacionalidad": "nationality",
         "estado_nacimiento": "birth_state", "departamento_nacimiento": "birth_state",
         "municipio_nacimiento": "birth_municipality", "telefono": "phone"}


def table(path):
    """Rows of a file by English heads, whatever its language, delimiter and encoding."""
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    head = text.splitlines()[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    columns = [HEADS.get(c.strip(), c.strip()) for c in next(rows)]
    for row in rows:
        yield dict(zip(columns, row))


def plain(text):
    text = unicodedata.normalize("NFKD", text or "").lower()
    text = "".join(c for c in text if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9]+", " ", text).split()
    return " ".join(w for w in words if w not in PARTICLES)


def date(text):
    """Year, month, day, as far as they are there; day first or year first."""
    parts = re.findall(r"\d+", text)
    if parts and len(parts[0]) < 4:
        parts.reverse()
    return (parts + ["", "", ""])[:3]


def read(folder):
    """Rows of all sites, and the entity of each."""
    entity = {}
    for row in table(folder / "truth.csv"):
        entity[row["site"], row["local_id"]] = row["entity_id"]
    sites = []
    for path in sorted(folder.glob("*.csv")):
        if path.name == "truth.csv":
            continue
        rows = [{"local_id": r["local_id"], **{f: r.get(f) or "" for f in FIELDS}} for r in table(path)]
        sites.append((path.stem, rows))
    return sites, entity


def true_pairs(sites, entity):
    of = {}
    for name, rows in sites:
        for row in rows:
            of.setdefault(entity.get((name, row["local_id"])), []).append(name)
    return sum(1 for where in of.values() for a, b in combinations(where, 2) if a != b)


def best(scored, total):
    """Precision, recall and F1 at the best threshold of (score, is true) pairs."""
    scored.sort(key=lambda s: -s[0])
    hits, found = 0, (0.0, 0.0, 0.0)
    for i, (score, is_true) in enumerate(scored):
        hits += is_true
        if i + 1 < len(scored) and scored[i + 1][0] == score:
            continue
        precision, recall = hits / (i + 1), hits / max(1, total)
        f1 = 2 * hits / (i + 1 + total)
        found = max(found, (f1, precision, recall))
    return dict(zip(("f1", "precision", "recall"), (round(x, 3) for x in found)))


def at(scored, total, threshold):
    declared = [is_true for score, is_true in scored if score >= threshold]
    hits = sum(declared)
    return {"f1": round(2 * hits / max(1, len(declared) + total), 3),
            "precision": round(hits / max(1, len(declared)), 3), "recall": round(hits / max(1, total), 3)}


def splink(sites, entity, total):
    """Fellegi and Sunter with term frequencies; u from random pairs. m is what an expert would set: by expectation
    maximisation it comes out worse, because fields depend on each other, and in a small network not at all."""
    import duckdb
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    con = duckdb.connect()
    columns = ["unique_id", "site", "given", "given_first", "paternal", "maternal", "born", "year", "month", "day",
               "nationality", "state", "town", "sex", "phone"]
    con.execute(f"CREATE TABLE people ({', '.join(c + ' VARCHAR' for c in columns)})")
    values = []
    for name, rows in sites:
        for r in rows:
            given = plain(r["given_names"])
            surname, second = plain(r["paternal_surname"]), plain(r["maternal_surname"])
            if surname and not second and " " in surname:
                surname, second = surname.split(" ", 1)
            parts = date(r["date_of_birth"])
            digits = re.sub(r"\D", "", r["phone"])[-8:]
            row = [f"{name}/{r['local_id']}", name, given, given.split(" ")[0], surname, second,
                   "-".join(parts[:3]) if parts[2] else "", parts[0], parts[1], parts[2], plain(r["nationality"]),
                   plain(r["birth_state"]), plain(r["birth_municipality"]), plain(r["sex"]), digits]
            values.append([v or None for v in row])
    con.executemany(f"INSERT INTO people VALUES ({', '.join('?' * len(columns))})", values)

    def surname(own, other):
        return cl.CustomComparison([
            cll.NullLevel(own),
            cll.ExactMatchLevel(own, term_frequency_adjustments=True),
            cll.JaroWinklerLevel(own, 0.9),
            cll.CustomLevel(f"{own}_l = {other}_r OR {other}_l = {own}_r", "in the other place"),
            cll.JaroWinklerLevel(own, 0.8),
            cll.ElseLevel(),
        ], output_column_name=own).configure(m_probabilities=[0.72, 0.15, 0.03, 0.03, 0.07])

    comparisons = [
        cl.CustomComparison([
            cll.NullLevel("given"),
            cll.ExactMatchLevel("given", term_frequency_adjustments=True),
            cll.JaroWinklerLevel("given", 0.92),
            cll.ExactMatchLevel("given_first", term_frequency_adjustments=True),
            cll.CustomLevel("len(list_intersect(string_split(given_l, ' '), string_split(given_r, ' '))) > 0", "a word in common"),
            cll.JaroWinklerLevel("given_first", 0.85),
            cll.ElseLevel(),
        ], output_column_name="given").configure(m_probabilities=[0.55, 0.1, 0.15, 0.08, 0.03, 0.09]),
        surname("paternal", "maternal"),
        surname("maternal", "paternal"),
        cl.CustomComparison([
            cll.NullLevel("year"),
            cll.ExactMatchLevel("born"),
            cll.CustomLevel("year_l = year_r AND month_l = day_r AND day_l = month_r", "day and month exchanged"),
            cll.CustomLevel("year_l = year_r AND (month_l = month_r OR day_l = day_r)", "two parts"),
            cll.CustomLevel("month_l = month_r AND day_l = day_r", "day and month"),
            cll.CustomLevel("year_l = year_r AND (month_l IS NULL OR month_r IS NULL)", "only a year"),
            cll.ExactMatchLevel("year"),
            cll.CustomLevel("abs(CAST(year_l AS INTEGER) - CAST(year_r AS INTEGER)) <= 2", "two years"),
            cll.ElseLevel(),
        ], output_column_name="born").configure(m_probabilities=[0.68, 0.04, 0.06, 0.05, 0.09, 0.02, 0.04, 0.02]),
        cl.CustomComparison([
            cll.NullLevel("state"),
            cll.ExactMatchLevel("town", term_frequency_adjustments=True),
            cll.ExactMatchLevel("state", term_frequency_adjustments=True),
            cll.ElseLevel(),
        ], output_column_name="place").configure(m_probabilities=[0.75, 0.18, 0.07]),
        cl.ExactMatch("nationality").configure(m_probabilities=[0.97, 0.03]),
        cl.ExactMatch("sex").configure(m_probabilities=[0.98, 0.02]),
        cl.ExactMatch("phone").configure(m_probabilities=[0.7, 0.3]),
    ]
    blocks = [block_on("paternal", "given_first"), block_on("maternal", "given_first"), block_on("born", "given_first"),
              block_on("born", "paternal"), block_on("born", "maternal"), block_on("paternal", "maternal"), block_on("phone"),
              block_on("given", "year"), block_on("month", "day", "town"), block_on("given_first", "month", "day"),
              block_on("paternal", "year", "state"), block_on("given_first", "year", "state")]
    settings = SettingsCreator(
        link_type="dedupe_only", comparisons=comparisons, retain_matching_columns=False,
        blocking_rules_to_generate_predictions=blocks, additional_columns_to_retain=["site"],
    )
    db = DuckDBAPI(con)
    linker = Linker(db.register("people"), settings, log_level=40)
    linker.training.estimate_probability_two_random_records_match(
        ["l.given = r.given AND l.paternal = r.paternal AND l.born = r.born"], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    result = linker.inference.predict(threshold_match_probability=0.001)
    rows = con.execute(
        f"SELECT unique_id_l, unique_id_r, match_weight, match_probability FROM {result.physical_name}"
        " WHERE site_l <> site_r").fetchall()
    same = lambda a, b: entity.get(tuple(a.split("/", 1))) == entity.get(tuple(b.split("/", 1)))
    scored = [(weight, same(a, b)) for a, b, weight, _ in rows]
    sure = [(probability, same(a, b)) for a, b, _, probability in rows]
    return {"best": best(scored, total), "without_labels": at(sure, total, 0.5)}


def bloom(sites, entity, total):
    """Long-term keys of names, date and place, Dice similarity, every site with every other."""
    import anonlink
    import clkhash.clk
    from clkhash.comparators import NgramComparison
    from clkhash.field_formats import BitsPerTokenStrategy, FieldHashingProperties, StringSpec
    from clkhash.schema import Schema

    def field(name, bits, n=2):
        return StringSpec(name, FieldHashingProperties(comparator=NgramComparison(n),
                                                       strategy=BitsPerTokenStrategy(bits)))

    schema = Schema([field("given", 12), field("paternal", 12), field("maternal", 8), field("born", 10), field("place", 4)], 1024)
    keys = []
    for _, rows in sites:
        text = io.StringIO()
        out = csv.writer(text)
        for r in rows:
            out.writerow([plain(r["given_names"]), plain(r["paternal_surname"]), plain(r["maternal_surname"]),
                          "".join(date(r["date_of_birth"])), plain(r["birth_state"] + " " + r["birth_municipality"])])
        text.seek(0)
        keys.append(clkhash.clk.generate_clk_from_csv(text, "secret", schema, header=False, progress_bar=False))
    found = anonlink.candidate_generation.find_candidate_pairs(keys, anonlink.similarities.dice_coefficient, 0.72)
    scored = []
    for score, s, t, i, j in zip(found[0], *found[1], *found[2]):
        (a, rows_a), (b, rows_b) = sites[s], sites[t]
        scored.append((score, entity[a, rows_a[i]["local_id"]] == entity[b, rows_b[j]["local_id"]]))
    return {"best": best(scored, total)}


def own(folder, policy):
    command = os.environ.get("SIGILO", "cargo run --release -q --").split()
    done = subprocess.run([*command, "evaluate", str(folder), "--policy", policy, "--json"],
                          cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    report = json.loads(done.stdout)
    report = report.get("evaluate", report)
    rounded = {k: round(report["final"][k], 3) for k in ("f1", "precision", "recall")}
    return {"without_labels": rounded, "best": {"f1": round(report["best"]["f1"], 3)}}


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("folders", nargs="+", type=Path)
    args.add_argument("--without", action="append", default=[], choices=["splink", "anonlink"])
    args = args.parse_args()
    for folder in args.folders:
        folder = folder.resolve()
        sites, entity = read(folder)
        total = true_pairs(sites, entity)
        line = {"folder": folder.name, "records": sum(len(rows) for _, rows in sites), "true_pairs": total}
        todo = {"sigilo_strict": lambda: own(folder, "strict"), "sigilo_standard": lambda: own(folder, "standard"),
                "splink": lambda: splink(sites, entity, total), "anonlink": lambda: bloom(sites, entity, total)}
        for name, run in todo.items():
            if name not in args.without:
                with Timer() as timer:
                    line[name] = run()
                line[name]["seconds"] = round(timer.seconds, 1)
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()

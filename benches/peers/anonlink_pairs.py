"""All-pairs Bloom-filter matching (clkhash and anonlink) of two files, beside token inputs and join of as many records."""

import argparse
import io
import json
import random

import anonlink
import clkhash.clk
from clkhash.comparators import NgramComparison
from clkhash.field_formats import FieldHashingProperties, StringSpec
from clkhash.schema import Schema

from common import Folder, Timer, peak, scale, stage, threads

GIVEN = "maria jose juan guadalupe francisca antonio luis rosa carlos ana pedro miguel elena lucia marta jorge".split()
FAMILY = "hernandez garcia martinez lopez gonzalez perez rodriguez sanchez ramirez cruz flores gomez morales vazquez".split()


def people(count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        word = lambda names: rng.choice(names) + rng.choice("aeiou") + rng.choice("lnrstmz") + rng.choice("aeo")
        yield [word(GIVEN), word(FAMILY), word(FAMILY), f"{rng.randint(1950, 2010)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"]


def schema():
    fields = [
        StringSpec(name, FieldHashingProperties(comparator=NgramComparison(2), strategy=clkhash.field_formats.BitsPerTokenStrategy(15)))
        for name in ("given", "paternal", "maternal", "birth")
    ]
    return Schema(fields, 1024)


def hashed(rows):
    text = io.StringIO("\n".join(",".join(r) for r in rows) + "\n")
    return clkhash.clk.generate_clk_from_csv(text, "secret", schema(), header=False, progress_bar=False)


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--records", type=int, default=10_000, help="in both files together")
    args.add_argument("--threshold", type=float, default=0.8)
    args.add_argument("--dir", default=None, help="where big files go")
    args = args.parse_args()
    with Folder(args.dir) as folder:
        report = scale(args.records, folder / "out", "--no-limits")
    half = args.records // 2
    with Timer() as hashing:
        first, second = hashed(people(half, 1)), hashed(people(half, 2))
    with Timer() as comparing:
        found = anonlink.candidate_generation.find_candidate_pairs(
            [first, second], anonlink.similarities.dice_coefficient, args.threshold
        )
    sample = next(s for s in report["stages"] if s["stage"].startswith("encode"))
    encode, encode_cpu = (stage(report, "encode")[i] / sample["items"] * args.records for i in (0, 1))
    join, join_cpu = stage(report, "join")
    print(json.dumps({
        "records": args.records, "threads": threads(),
        "sigilo": {"encode_seconds": round(encode, 2), "encode_cpu_seconds": round(encode_cpu, 2),
                   "join_seconds": round(join, 3), "join_cpu_seconds": round(join_cpu, 3),
                   "encode_peak_mib": peak(report, "encode"), "join_peak_mib": peak(report, "join")},
        "anonlink": {"hash_seconds": round(hashing.seconds, 2), "hash_cpu_seconds": round(hashing.cpu, 2),
                     "compare_seconds": round(comparing.seconds, 2), "compare_cpu_seconds": round(comparing.cpu, 2),
                     "hash_peak_mib": hashing.peak, "compare_peak_mib": comparing.peak,
                     "pairs_above": len(found[0])},
        "ratio_of_finding": round(comparing.seconds / join, 1),
        "ratio_of_all": round((hashing.seconds + comparing.seconds) / (encode + join), 1),
    }, indent=1))


if __name__ == "__main__":
    main()

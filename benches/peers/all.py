"""The built-in join beside DuckDB and anonlink in one run, and one table of all of it.

Three comparisons one after the other, each in a process of its own: the join of the same tags, the same with
sites that repeat one another's tags through their files, and all pairs of two files of records.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

HEAD = ["what", "sigilo s", "cpu s", "MiB", "other", "s", "cpu s", "MiB", "ratio", "ratio cpu", "equal"]


def run(script, *options):
    """The report of a script of this folder, also of one that found a difference."""
    command = [sys.executable, str(Path(__file__).parent / script), *map(str, options)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def row(what, own, name, other, equal):
    """`own` and `other` are wall and processor seconds and peak memory."""
    times = lambda of: [f"{of[0]:.2f}", f"{of[1]:.2f}", f"{of[2]}"]
    over = lambda i: f"{other[i] / own[i]:.1f}" if own[i] else "-"
    return [what, *times(own), name, *times(other), over(0), over(1), {True: "yes", False: "NO", None: "-"}[equal]]


def joins(args, hostile):
    more = ["--dir", args.dir] if args.dir else []
    found = run("duckdb_join.py", "--persons", args.persons, "--hostile", hostile, "--memory", args.memory, *more)
    of = lambda side: [found[side][key] for key in ("seconds", "cpu_seconds", "peak_mib")]
    what = f"join, {found['tags']:,} tags" + (f", {hostile} sites repeat tags" if hostile else "")
    return row(what, of("sigilo"), f"DuckDB {found['duckdb']['version']}", of("duckdb"), found["equal"])


def pairs(args):
    more = ["--dir", args.dir] if args.dir else []
    found = run("anonlink_pairs.py", "--records", args.records, *more)
    own, other = found["sigilo"], found["anonlink"]
    of = lambda side, step: [side[f"{step}_{key}"] for key in ("seconds", "cpu_seconds", "peak_mib")]
    whole = lambda x, y: [x[0] + y[0], x[1] + y[1], max(x[2], y[2])]
    finding = of(own, "join"), of(other, "compare")
    first = of(own, "encode"), of(other, "hash")
    what = f"{found['records']:,} records"
    yield row(f"{what}, finding pairs", finding[0], "anonlink", finding[1], None)
    yield row(f"{what}, with hashing", whole(*(first[0], finding[0])), "anonlink", whole(*(first[1], finding[1])), None)


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--persons", type=int, default=1_000_000)
    args.add_argument("--hostile", type=int, default=20, help="sites that put one another's tags into their files")
    args.add_argument("--records", type=int, default=10_000, help="for anonlink, in both files together")
    args.add_argument("--dir", default=None, help="where big files go")
    args.add_argument("--memory", default="12GB", help="memory limit of DuckDB")
    args = args.parse_args()
    rows = [joins(args, 0), joins(args, args.hostile), *pairs(args)]
    print("| " + " | ".join(HEAD) + " |")
    print("|---" * len(HEAD) + "|")
    for cells in rows:
        print("| " + " | ".join(cells) + " |")
    raise SystemExit(1 if any(cells[-1] == "NO" for cells in rows) else 0)


if __name__ == "__main__":
    main()

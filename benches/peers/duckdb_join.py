"""DuckDB's equi-join over the same tags on the same cores, beside the built-in join."""

import argparse
import json

import duckdb
import numpy

from common import Folder, Timer, peak, scale, stage, threads

STATEMENT = """
    CREATE TABLE found AS
    SELECT x.person AS a, y.person AS b, COUNT(*) AS shared
    FROM tags x JOIN tags y ON x.tag = y.tag
    WHERE x.person < y.person AND x.site <> y.site
    GROUP BY x.person, y.person
"""


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--persons", type=int, default=1_000_000)
    args.add_argument("--dir", default=None, help="where big files go")
    args.add_argument("--hostile", type=int, default=0, help="sites that put one another's tags into their files")
    args.add_argument("--memory", default="12GB", help="memory limit of DuckDB")
    args = args.parse_args()
    with Folder(args.dir) as folder:
        report = scale(args.persons, folder / "out", "--hostile", str(args.hostile))
        per, sites = report["tokens"], report["sites"]
        tags = numpy.fromfile(folder / "out" / "rows", dtype=">u8").astype(numpy.uint64)
        person = numpy.repeat(numpy.arange(args.persons, dtype=numpy.uint32), per)
        site = person % numpy.uint32(sites)
        db = duckdb.connect(str(folder / "tags.duckdb"))
        db.execute(f"SET threads TO {threads()}")
        db.execute(f"SET memory_limit = '{args.memory}'")
        db.execute("SET preserve_insertion_order = false")
        columns = {"tag": tags, "person": person, "site": site}
        db.execute("CREATE TABLE tags AS SELECT tag, person, site FROM columns")
        del columns, tags, person, site
        with Timer() as peer:
            db.execute(STATEMENT)
        own = f"read_csv('{folder}/out/own.csv', header = true)"
        different = db.execute(
            f"SELECT COUNT(*) FROM (SELECT a, b, shared FROM found EXCEPT SELECT a, b, shared FROM {own})"
        ).fetchone()[0]
        count = db.execute("SELECT COUNT(*) FROM found").fetchone()[0]
    seconds, cpu = stage(report, "join")
    print(json.dumps({
        "persons": args.persons, "tags": args.persons * per, "threads": threads(),
        "hostile": args.hostile,
        "sigilo": {"seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), "peak_mib": peak(report, "join")},
        "limits": {one["stage"]: [round(one["seconds"], 2), one["cpu_seconds"]] for one in report["stages"] if one["stage"].startswith("limit")},
        "duckdb": {"version": duckdb.__version__, "seconds": round(peer.seconds, 2), "cpu_seconds": round(peer.cpu, 2), "peak_mib": peer.peak},
        "ratio": {"seconds": round(peer.seconds / seconds, 1), "cpu_seconds": round(peer.cpu / cpu, 1)},
        "candidates": report["candidates"],
        "equal": different == 0 and count == report["candidates"],
    }, indent=1))
    raise SystemExit(0 if different == 0 and count == report["candidates"] else 1)


if __name__ == "__main__":
    main()

"""The statement of candidates.sql on exported Parquet files, on DuckDB and unchanged on Apache Spark."""

import argparse
import json
from pathlib import Path

import duckdb
from pyspark.sql import SparkSession

from common import Folder, Timer, scale, stage, threads

STATEMENT = (Path(__file__).parent / "candidates.sql").read_text()


def on_duckdb(folder):
    db = duckdb.connect()
    db.execute(f"SET threads TO {threads()}")
    db.execute("SET preserve_insertion_order = false")
    db.execute(f"CREATE VIEW tags AS SELECT * FROM read_parquet('{folder}/out/tags/*/*.parquet', hive_partitioning = true)")
    with Timer() as took:
        db.execute(f"COPY ({STATEMENT}) TO '{folder}/duckdb.csv' (HEADER)")
    return took


def on_spark(folder, master):
    spark = (
        SparkSession.builder.master(master).appName("candidates")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "64")
        .config("spark.driver.memory", "2g")
        # A side of a join that turns out to be small goes to both executors, instead of sorting the other.
        .config("spark.sql.adaptive.autoBroadcastJoinThreshold", "256m")
        .config("spark.local.dir", str(folder))
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    spark.read.parquet(f"{folder}/out/tags").createOrReplaceTempView("tags")
    with Timer() as took:
        spark.sql(STATEMENT).write.option("header", True).csv(f"{folder}/spark")
    spark.stop()
    return took


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--persons", type=int, default=1_000_000)
    args.add_argument("--dir", default=None, help="where big files go")
    args.add_argument("--master", default="local-cluster[2,1,3072]")
    args = args.parse_args()
    with Folder(args.dir) as folder:
        report = scale(args.persons, folder / "out", "--no-limits", features=["parquet"])
        first = on_duckdb(folder)
        second = on_spark(folder, args.master)
        db = duckdb.connect()
        read = {
            "own": f"read_csv('{folder}/out/own.csv', header = true)",
            "duckdb": f"read_csv('{folder}/duckdb.csv', header = true)",
            "spark": f"read_csv('{folder}/spark/*.csv', header = true)",
        }
        counts, equal = {}, True
        for name, table in read.items():
            counts[name] = db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
            rest = db.execute(
                f"SELECT COUNT(*) FROM (SELECT a, b, shared FROM {table} EXCEPT SELECT a, b, shared FROM {read['own']})"
            ).fetchone()[0]
            equal = equal and rest == 0 and counts[name] == counts["own"]
    print(json.dumps({
        "persons": args.persons, "candidates": counts, "equal": equal,
        "export_seconds": round(stage(report, "export")[0], 1),
        "sigilo_seconds": round(stage(report, "join")[0], 1),
        "duckdb_seconds": round(first.seconds, 1), "spark_seconds": round(second.seconds, 1), "master": args.master,
    }, indent=1))
    raise SystemExit(0 if equal else 1)


if __name__ == "__main__":
    main()

"""Runs the query in Spark: on this machine, or on a cluster by its master URL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from fasciculation_rules.engines.columns.dialects import DIALECTS
from fasciculation_rules.model.ruleset import Ruleset
from fasciculation_rules.population.query import query_of

SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # an overflow or a failed cast is an error, not a NULL that reads as unknown
    "spark.sql.codegen.wholeStage": "false",  # so wide a query becomes a method that Java does not compile
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
}


def spark_of(master: str = "local[2]") -> Any:
    """A session with the settings for wide queries."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("fasciculation-rules")
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def answered_by_spark(spark: Any, ruleset: Ruleset, files: Sequence[Path], columns: Collection[str]) -> Any:
    """The answers of the people in some Parquet files, as a frame of Spark."""
    spark.read.parquet(*[str(file) for file in files]).createOrReplaceTempView("cohort")
    return spark.sql(query_of(ruleset, DIALECTS["spark"], columns=columns, commented=False))

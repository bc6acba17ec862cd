"""Processes the schema changes that Schemawatch hands over: load the change, classify it, report."""

import json

from dagster import (
    ConfigurableResource,
    Definitions,
    MetadataValue,
    OpExecutionContext,
    Output,
    in_process_executor,
    job,
    op,
)


class Schemawatch(ConfigurableResource):
    """What Schemawatch gives to each run as the resource "schemawatch"; `change` is JSON (docs/dagster.md)."""

    database: str
    run: str
    change: str


@op
def load_change(context: OpExecutionContext, schemawatch: Schemawatch):
    given = json.loads(schemawatch.change)
    objects = (given["change"] or {}).get("objects", [])
    context.log.info(f"{schemawatch.database}: {len(objects)} changed objects")
    return objects


@op
def classify(context: OpExecutionContext, objects):
    counts = {}
    for changed in objects:
        counts[changed["compatibility"]] = counts.get(changed["compatibility"], 0) + 1
    context.log.info(f"Classified: {counts}")
    return counts


@op
def report(counts, schemawatch: Schemawatch):
    result = {"database": schemawatch.database, "counts": counts, "total": sum(counts.values())}
    # The JSON metadata named "result" is what Schemawatch takes over.
    yield Output(result, metadata={"result": MetadataValue.json(result)})


@job
def process_schema_change():
    report(classify(load_change()))


# The steps are small: a process for each would take longer than they do.
defs = Definitions(
    jobs=[process_schema_change],
    executor=in_process_executor,
    resources={"schemawatch": Schemawatch.configure_at_launch()},
)

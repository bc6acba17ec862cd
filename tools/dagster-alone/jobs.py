"""What people build without Schemawatch: a sensor looks at the columns every 5 s, and a job processes what changed."""

import hashlib
import json
import os
from contextlib import closing

import psycopg2
from dagster import (
    Config,
    DefaultSensorStatus,
    Definitions,
    OpExecutionContext,
    RunRequest,
    SensorEvaluationContext,
    in_process_executor,
    job,
    op,
    sensor,
)

# {name: URL} of the watched databases; the one that the sensor looks at; where snapshots and results are kept.
WATCHED = json.loads(os.environ["ALONE_WATCHED"])
SENSED = os.environ["ALONE_SENSED"]
STATE = os.environ["ALONE_STATE"]

COLUMNS = """select table_schema, table_name, column_name, data_type, is_nullable, column_default
  from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema')"""


def columns(database: str) -> dict:
    with closing(psycopg2.connect(WATCHED[database])) as connection, connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        return {f"{schema}.{table}.{name}": rest for schema, table, name, *rest in cursor}


class Look(Config):
    database: str


@op
def load_change(context: OpExecutionContext, config: Look):
    now = columns(config.database)
    with closing(psycopg2.connect(STATE)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("select columns from snapshot where database = %s", [config.database])
        row = cursor.fetchone()
        cursor.execute(
            """insert into snapshot values (%s, %s)
               on conflict (database) do update set columns = excluded.columns""",
            [config.database, json.dumps(now)],
        )
    before = row[0] if row else {}
    changed = [name for name in before.keys() | now.keys() if before.get(name) != now.get(name)]
    context.log.info(f"{config.database}: {len(changed)} changed columns")
    return [{"column": name, "added": name not in before} for name in changed]


@op
def classify(context: OpExecutionContext, changes):
    counts = {"safe": 0, "breaking": 0}
    for change in changes:
        counts["safe" if change["added"] else "breaking"] += 1
    context.log.info(f"Classified: {counts}")
    return counts


@op
def report(context: OpExecutionContext, counts):
    with closing(psycopg2.connect(STATE)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("insert into result values (%s, %s)", [context.run_id, json.dumps(counts)])


@job
def process():
    report(classify(load_change()))


@sensor(job=process, minimum_interval_seconds=5, default_status=DefaultSensorStatus.RUNNING)
def schema_changed(context: SensorEvaluationContext):
    fingerprint = hashlib.md5(json.dumps(columns(SENSED), sort_keys=True).encode()).hexdigest()
    if context.cursor and fingerprint != context.cursor:
        config = {"ops": {"load_change": {"config": {"database": SENSED}}}}
        yield RunRequest(run_key=fingerprint, run_config=config)
    context.update_cursor(fingerprint)


# Its best tuning for small steps: no process for each of them.
defs = Definitions(jobs=[process], sensors=[schema_changed], executor=in_process_executor)

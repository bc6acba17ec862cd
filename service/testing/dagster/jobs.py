"""Jobs that the tests of the step "dagster" hand changes to; they take what tools/dagster-example takes."""

import time

from dagster import Definitions, MetadataValue, OpExecutionContext, Output, in_process_executor, job, op
from example import Schemawatch, process_schema_change


@op
def tick(context: OpExecutionContext, schemawatch: Schemawatch):
    for number in range(25):
        context.log.info(f"tick {number}")
        time.sleep(0.2)
    yield Output(None, metadata={"result": MetadataValue.json({"run": schemawatch.run})})


@job
def ticking():
    tick()


@op
def sleep(context: OpExecutionContext, schemawatch: Schemawatch):
    context.log.info("sleeping")
    time.sleep(600)


@job
def quiet():
    sleep()


@op
def fail(schemawatch: Schemawatch):
    raise ValueError("no such tenant")


@job
def failing():
    fail()


@op
def boast(schemawatch: Schemawatch):
    yield Output(None, metadata={"result": MetadataValue.json({"text": "x" * (1024 * 1024)})})


@job
def boasting():
    boast()


@op(config_schema={"tenant": str})
def need():
    pass


@job
def needing():
    need()


defs = Definitions(
    jobs=[process_schema_change, ticking, quiet, failing, boasting, needing],
    resources={"schemawatch": Schemawatch.configure_at_launch()},
    executor=in_process_executor,
)

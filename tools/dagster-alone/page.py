"""The page of it: a button that launches the job by Dagster's API, and what came out."""

import os
from contextlib import closing

import psycopg2
import requests
from flask import Flask, jsonify, render_template_string

DAGSTER = os.environ["ALONE_DAGSTER"]
STATE = os.environ["ALONE_STATE"]

LAUNCH = """mutation ($params: ExecutionParams!) {
  launchRun(executionParams: $params) { __typename ... on LaunchRunSuccess { run { runId } } ... on Error { message } }
}"""
STATUS = "query ($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"
PAGE = """<!doctype html><title>Schema changes</title><h1>Schema changes</h1>
<form method="post" action="/trigger/{{ database }}"><button>Trigger</button></form>
<ul>{% for run, result in results %}<li>{{ run }}: {{ result }}</li>{% endfor %}</ul>"""

app = Flask(__name__)
session = requests.Session()


def ask(query: str, variables: dict) -> dict:
    answer = session.post(f"{DAGSTER}/graphql", json={"query": query, "variables": variables}, timeout=60)
    answer.raise_for_status()
    return answer.json()["data"]


def stored(query: str, *values) -> list:
    with closing(psycopg2.connect(STATE)) as connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


@app.get("/")
def page():
    results = stored("select run, result from result order by made_at desc limit 20")
    return render_template_string(PAGE, database="shop1", results=results)


@app.post("/trigger/<database>")
def trigger(database: str):
    selector = {"repositoryLocationName": "jobs", "repositoryName": "__repository__", "jobName": "process"}
    config = {"ops": {"load_change": {"config": {"database": database}}}}
    made = ask(LAUNCH, {"params": {"selector": selector, "runConfigData": config}})["launchRun"]
    if "run" not in made:
        return made.get("message", made["__typename"]), 503
    return jsonify(run=made["run"]["runId"])


@app.get("/runs/<run>")
def run(run: str):
    status = ask(STATUS, {"run": run})["runOrError"]["status"]
    found = stored("select result from result where run = %s", run) if status == "SUCCESS" else []
    return jsonify(status=status, result=found[0][0] if found else None)


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ["ALONE_PORT"]), threaded=True)

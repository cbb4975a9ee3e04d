"""Alerts, dashboard and runbook name what `/metrics` shows, and all of that."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
import responses
import yaml
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from tests.conftest import UPSTREAM
from tests.deploy.files import ROOT, text

ALERTS = [
    rule
    for group in yaml.safe_load(text("deploy/prometheus/alerts.yml"))["groups"]
    for rule in group["rules"]
]
TARGETS = [
    target
    for panel in json.loads(text("deploy/grafana/dashboard.json"))["panels"]
    for target in panel["targets"]
]
EXPRESSIONS = [rule["expr"] for rule in ALERTS] + [target["expr"] for target in TARGETS]
SCRAPING = yaml.safe_load(text("deploy/prometheus/prometheus.yml"))["scrape_configs"]
RUNBOOK = ROOT / "docs/operations.md"

# What these names begin with is counted for each upstream service.
OF_ONE_UPSTREAM = ("flyers_bff_upstream_", "flyers_bff_cache_total")
# Prometheus gives it to all that it scrapes.
INSTANCE = {"instance"}

Labels = dict[str, set[str]]
"""The values seen, by the label's name."""


@pytest.fixture
def shown(anyone: APIClient, upstream: responses.RequestsMock, settings, db: None) -> dict[str, Labels]:
    """What `/metrics` shows, by a sample's name, after an outage, a probe and one sign-in too many."""
    settings.THROTTLE_AUTH = (1, 60)
    upstream.get(f"{UPSTREAM}/flyers/7/", status=500)
    assert anyone.get("/api/v1/flyers/7/").status_code == 503
    wrong = {"email": "nobody@example.com", "password": "not the one"}
    statuses = [anyone.post("/api/v1/auth/login/", wrong, format="json").status_code for _ in range(2)]
    assert statuses[-1] == 429
    for path in ("/health/live", "/metrics"):
        assert anyone.get(path).status_code == 200

    samples: dict[str, Labels] = {}
    for family in text_string_to_metric_families(anyone.get("/metrics").content.decode()):
        if not family.name.startswith("flyers_bff_") or family.name.endswith("_created"):
            continue
        for sample in family.samples:
            labels = samples.setdefault(sample.name, defaultdict(set))
            for name, value in sample.labels.items():
                labels[name].add(value)
    return samples


def families(names: set[str]) -> set[str]:
    return {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in names}


def metrics_in(expression: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each metric of ours with the labels that are matched: their names, and the values one by one."""
    for name, braces in re.findall(r"(flyers_bff_\w+)(?:\{([^}]*)\})?", expression):
        labels = re.findall(r'(\w+)\s*(?:=|!=|=~|!~)\s*"([^"]*)"', braces)
        yield name, [(label, value) for label, values in labels for value in values.split("|")]


def test_every_metric_label_and_value_that_is_asked_for_is_shown(shown):
    for expression in EXPRESSIONS:
        groups = ",".join(re.findall(r"by \(([^)]*)\)", expression))
        grouped = {label.strip() for label in groups.split(",") if label}
        labels: set[str] = set()

        for name, matchers in metrics_in(expression):
            assert name in shown, expression
            labels |= set(shown[name])
            for label, value in matchers:
                assert any(re.fullmatch(value, seen) for seen in shown[name][label]), (expression, value)

        assert grouped - INSTANCE <= labels, expression


def test_every_metric_that_is_shown_is_on_the_dashboard_or_in_an_alert(shown):
    used = {name for expression in EXPRESSIONS for name, _ in metrics_in(expression)}

    assert families(set(shown)) == families(used)


def test_upstream_services_are_distinguished():
    for expression in EXPRESSIONS:
        metrics = [name for name, _ in metrics_in(expression) if name.startswith(OF_ONE_UPSTREAM)]
        assert expression.count("by (upstream") == len(metrics), expression

    for rule in ALERTS:
        is_of_upstream = any(name in rule["expr"] for name in OF_ONE_UPSTREAM)
        assert ("{{ $labels.upstream }}" in rule["annotations"]["summary"]) is is_of_upstream


def test_a_legend_names_what_its_line_is_grouped_by():
    for target in TARGETS:
        for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
            assert re.search(rf"by \([^)]*\b{label}\b", target["expr"]), target


def test_every_alert_says_how_bad_it_is_what_is_wrong_and_where_help_stands():
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS)
    for rule in ALERTS:
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"


def test_the_runbook_tells_what_to_do_at_each_alert():
    headings = set(re.findall(r"(?m)^### (\w+)$", RUNBOOK.read_text()))

    assert {rule["alert"] for rule in ALERTS} <= headings


def test_prometheus_asks_with_a_token_from_a_file_and_under_the_name_that_alerts_know():
    (job,) = SCRAPING

    assert job["metrics_path"] == "/metrics"
    assert set(job["authorization"]) == {"type", "credentials_file"}
    jobs = {name for expression in EXPRESSIONS for name in re.findall(r'job="([^"]*)"', expression)}
    assert jobs == {job["job_name"]}

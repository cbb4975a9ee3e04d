"""The deployment's files agree with the service on addresses, timeouts and limits."""

import re

from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

from benchmarks.memory import GOAL_MB
from config import server
from tests.deploy.files import (
    BASE_SETTINGS,
    bytes_of,
    compose,
    containers,
    manifest,
    nginx_says,
    pairs,
    seconds_of,
    server_container,
    text,
)

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def test_every_probe_asks_an_address_that_there_is():
    for probe in PROBES:
        question = server_container()[probe]["httpGet"]
        assert resolve(question["path"] + "/").route.startswith("health/")
        assert question["port"] == "http"


def test_a_server_begins_when_its_stores_answer_and_goes_on_without_them():
    paths = [server_container()[probe]["httpGet"]["path"] for probe in PROBES]

    assert paths == ["/health/ready", "/health/live", "/health/live"]


def test_a_server_that_ends_is_started_again():
    production = compose("deploy/compose.production.yaml")

    assert {production[name]["restart"] for name in ("bff-1", "bff-2")} == {"unless-stopped"}
    # Kubernetes does so by itself where nobody says otherwise.
    assert (
        manifest("base/app/deployment.yaml")["spec"]["template"]["spec"].get("restartPolicy", "Always")
        == "Always"
    )


def test_everybody_means_the_same_port():
    port = int(pairs(".env.example")["PORT"])
    policies = [manifest("base/app/network-policy.yaml"), manifest("overlays/production/callers.yaml")]

    assert server_container()["ports"] == [{"name": "http", "containerPort": port}]
    assert f"EXPOSE {port}\n" in text("Dockerfile")
    assert [line.split()[0] for line in nginx_says("server")] == [f"bff-1:{port}", f"bff-2:{port}"] * 2
    assert [policy["spec"]["ingress"][0]["ports"][0]["port"] for policy in policies] == [port, port]


def test_nginx_finds_the_servers_of_compose():
    assert {line.split(":")[0] for line in nginx_says("server")} <= set(compose())


def test_a_developers_servers_ask_every_bundled_service():
    services = compose("compose.override.yaml")
    asked = [services["bff-1"]["environment"][f"{name}_API_URL"] for name in ("FLYERS", "TMDB", "STORE")]
    published = [port.rpartition(":")[2] for port in services["mock"]["ports"]]

    assert asked == [f"http://mock:{port}" for port in published]


def test_every_command_of_ours_exists():
    commands = [container["command"] for container in containers() if "command" in container]
    commands.append(compose()["migrate"]["command"])

    assert {tuple(command[:2]) for command in commands} == {("python", "manage.py")}
    assert {command[2] for command in commands} <= set(get_commands())


def test_every_chore_of_a_night_is_run_and_told():
    chores = {name for name in get_commands() if name.startswith("prune_")}

    assert chores == {container["command"][2] for container in containers() if "prune" in container["name"]}
    for name in ("docs/operations.md", "deploy/README.md"):
        assert chores == set(re.findall(r"prune_\w+", text(name)))


def test_a_server_never_migrates():
    assert "command" not in server_container()
    assert text("Dockerfile").count('CMD ["python", "-m", "config.server"]') == 1
    migrating = [container for container in containers() if "migrate" in container.get("command", [])]
    assert {container["name"]: container["command"][-1] for container in migrating} == {
        "wait-for-migrations": "--check",
        "migrate": "--no-input",
    }


def test_what_belongs_together_is_found_by_the_same_labels():
    deployment = manifest("base/app/deployment.yaml")["spec"]
    labels = deployment["template"]["metadata"]["labels"]

    assert deployment["selector"]["matchLabels"] == labels
    assert manifest("base/app/service.yaml")["spec"]["selector"] == labels
    assert manifest("base/app/disruption-budget.yaml")["spec"]["selector"]["matchLabels"] == labels
    for constraint in deployment["template"]["spec"]["topologySpreadConstraints"]:
        assert constraint["labelSelector"]["matchLabels"] == labels


def test_only_what_is_public_has_an_address_outside():
    ingress = manifest("overlays/production/ingress.yaml")["spec"]["rules"][0]["http"]["paths"]
    nginx = re.findall(r"(?s)location (/\S*) \{([^}]*)\}", text("deploy/nginx/flyers-bff.conf"))

    assert {rule["path"] for rule in ingress} == {"/api/", "/static/", "/health/live"}
    assert {path for path, body in nginx if "proxy_pass" in body} == {"/api/", "/static/", "/health/"}


def test_whoever_stops_a_server_leaves_it_time_to_answer():
    pod = manifest("base/app/deployment.yaml")["spec"]["template"]["spec"]
    pause = int(server_container()["lifecycle"]["preStop"]["exec"]["command"][1])

    assert pod["terminationGracePeriodSeconds"] > pause + server.STOP_SECONDS
    assert seconds_of(compose()["bff-1"]["stop_grace_period"]) > server.STOP_SECONDS


def test_nginx_lets_go_of_an_idle_connection_before_the_server_does():
    assert seconds_of(nginx_says("keepalive_timeout")[0]) < server.IDLE_SECONDS


def test_nginx_waits_longer_than_the_longest_answer_takes():
    assert seconds_of(nginx_says("proxy_read_timeout")[0]) > 3 * settings.FLYERS_DEADLINE_SECONDS


def test_nginx_takes_bodies_of_the_size_that_the_service_takes():
    assert int(nginx_says("client_max_body_size")[0]) == settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_a_server_has_room_for_what_its_workers_were_measured_to_take():
    given = compose("deploy/compose.production.yaml")["bff-1"]["deploy"]["resources"]
    resources = server_container()["resources"]
    (scratch,) = manifest("base/app/deployment.yaml")["spec"]["template"]["spec"]["volumes"]
    limits = {bytes_of(given["limits"]["memory"]), bytes_of(resources["limits"]["memory"])}
    reserved = {bytes_of(given["reservations"]["memory"]), bytes_of(resources["requests"]["memory"])}

    assert pairs(BASE_SETTINGS)["WORKERS"] == "2"  # as in the benchmark
    assert min(limits) - bytes_of(scratch["emptyDir"]["sizeLimit"]) > 1.2 * GOAL_MB * 1e6
    assert min(reserved) > GOAL_MB * 1e6


def test_nginx_knows_the_app_of_the_example():
    app = pairs(".env.example")["CORS_ALLOWED_ORIGINS"]

    assert f'"{app}" $http_origin;' in text("deploy/nginx/flyers-bff.conf")


def test_one_proxy_is_trusted_wherever_there_is_one():
    assert compose()["bff-1"]["environment"]["TRUSTED_PROXIES"] == "1"
    assert pairs(BASE_SETTINGS)["TRUSTED_PROXIES"] == "1"
    assert "X-Forwarded-For $remote_addr" in nginx_says("proxy_set_header")

"""The image: what it is made of, and how little a process in it may do."""

import re

from django.conf import settings

from tests.deploy.files import COMPOSE, ROOT, compose, containers, pods, text


def test_the_image_holds_every_app_of_ours():
    ours = {app for app in settings.INSTALLED_APPS if (ROOT / app).is_dir()} | {"config", "clients"}
    copied = set(re.findall(r"(?m)^COPY (\w+) \1$", text("Dockerfile"))) - {"mock_upstream"}
    allowed = set(re.findall(r"(?m)^!(\w+)$", text(".dockerignore")))

    assert ours <= copied
    assert copied <= allowed


def test_the_image_is_made_with_the_poetry_that_made_the_lock():
    pins = re.findall(r"poetry(?:-plugin-export)?==[\d.]+", text("Dockerfile"))

    assert len(pins) == 2
    assert set(pins) <= set(re.findall(r"[\w-]+==[\d.]+", text("tools/setup.sh")))


def test_every_image_and_action_has_its_version():
    images = re.findall(r"(?m)^FROM (\S+:\S+)", text("Dockerfile"))
    images += [
        service["image"] for name in COMPOSE for service in compose(name).values() if "image" in service
    ]
    actions = re.findall(r"uses: (\S+)", text(".github/workflows/ci.yml"))

    assert all(re.fullmatch(r"[\w./-]+:(?!latest)\S+", image) for image in images)
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for action in actions)


def test_nothing_runs_with_rights_that_it_does_not_need():
    user = int(re.findall(r"(?m)^USER (\d+):\d+$", text("Dockerfile"))[-1])

    for pod in pods():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == user
    for container in containers():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]
    for name in ("bff-1", "bff-2", "migrate", "nginx", "redis"):
        service = compose()[name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]

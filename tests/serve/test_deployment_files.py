"""The files of a deployment fit the product: no engine runs them here, so their content is read."""

import re
import tomllib

import pytest
import yaml

from proxysite import bootstrap
from proxysite.environment import BASE_DIR
from proxysite.settings import GRACE_SECONDS

DEPLOY = BASE_DIR / "proxysite" / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[\w,]+\])?==(\S+)(?: ; (.+?))?(?: \\)?$", re.MULTILINE)
LOCKS = [*bootstrap.LOCKS, "constraints.txt"]


def pins(name):
    return {(package, version) for package, version, _ in PINNED.findall((DEPLOY / name).read_text())}


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_no_address(name):
    assert not re.search(r"://|--(extra-)?index-url|--find-links|@ ", (DEPLOY / name).read_text())


@pytest.mark.parametrize("name", bootstrap.LOCKS)
def test_each_pin_has_a_hash(name):
    for entry in re.split(r"\n(?=\S)", (DEPLOY / name).read_text().strip()):
        assert PINNED.match(entry), entry
        assert "--hash=sha256:" in entry, entry


def test_each_lock_holds_the_one_before():
    serve, test, full = (pins(name) for name in bootstrap.LOCKS)
    assert serve < test < full
    assert full == pins("constraints.txt")


def test_each_requirement_is_pinned():
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]
    wanted = {re.match(r"[a-z0-9-]+", requirement)[0] for requirement in project["dependencies"]}
    assert wanted <= {package for package, _ in pins("requirements.lock")}


@pytest.mark.parametrize("source", re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE))
def test_the_image_is_made_of_files_that_exist(source):
    sent = (BASE_DIR / ".dockerignore").read_text()
    for path in source.split():
        assert (BASE_DIR / path).exists()
        assert f"!{path.split('/')[0]}\n" in sent


def test_the_image_holds_all_packages():
    packages = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"][
        "packages"
    ]
    for package in packages:
        assert f"COPY {package} {package}\n" in DOCKERFILE


def test_the_image_does_not_run_as_root():
    assert re.search(r"^USER (?!root)\w+$", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_volumes_and_networks_of_the_services_are_declared(service):
    described = COMPOSE["services"][service]
    assert {volume.split(":")[0] for volume in described["volumes"]} <= set(COMPOSE["volumes"])
    assert set(described["networks"]) <= set(COMPOSE["networks"])


def test_the_service_waits_for_a_healthy_database():
    assert COMPOSE["services"]["proxy"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "healthcheck" in COMPOSE["services"]["database"]


def test_containers_are_given_longer_than_the_streams():
    manifest = next(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()))
    assert int(COMPOSE["services"]["proxy"]["stop_grace_period"].removesuffix("s")) > GRACE_SECONDS + 10
    assert manifest["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > GRACE_SECONDS + 15


def test_the_built_image_is_the_one_of_this_tree():
    build = COMPOSE["services"]["proxy"]["build"]
    assert (BASE_DIR / build["context"] / build["dockerfile"]).samefile(DEPLOY / "Dockerfile")

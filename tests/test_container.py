"""The container files, as far as they can be checked without an engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from collector.config import read

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
# What a service may say (https://github.com/compose-spec/compose-spec/blob/main/05-services.md), as far as ours do.
SERVICE_KEYS = {
    "build", "image", "restart", "ports", "environment", "volumes", "depends_on", "stop_grace_period", "profiles", "healthcheck",
}  # fmt: skip


def interpolated(text: str, environ: dict[str, str]) -> str:
    """`${NAME}`, `${NAME:-default}` and `${NAME:+instead}` as Compose replaces them, from the inside out."""
    pattern = re.compile(r"\$\{(\w+)(?::([-+])([^${}]*))?\}")
    while match := pattern.search(text):
        name, kind, other = match[1], match[2], match[3] or ""
        value = environ.get(name, "")
        text = text.replace(match[0], other if (kind == "+") == bool(value) and kind else value, 1)
    return text


def environment(**environ: str) -> dict[str, str]:
    """What the collector's container finds in its environment."""
    return {k: interpolated(str(v), environ) for k, v in COMPOSE["services"]["collector"]["environment"].items()}


def test_every_service_says_only_what_compose_knows():
    assert set(COMPOSE) == {"services", "volumes"}
    for name, service in COMPOSE["services"].items():
        assert set(service) <= SERVICE_KEYS, name
        assert "image" in service
    named = {volume.split(":")[0] for s in COMPOSE["services"].values() for volume in s["volumes"] if volume[0] not in "./"}
    assert named == set(COMPOSE["volumes"])


def test_one_command_starts_sqlite_in_the_data_volume():
    environ = environment()
    settings = read(b"feeds: []", "feeds.yaml", environ).settings

    assert environ["COLLECTOR_DATABASE"] == ""
    assert settings.storage.database == "/data/collector.sqlite3"
    assert "profiles" not in COMPOSE["services"]["collector"]


def test_the_profile_starts_postgresql():
    environ = environment(COMPOSE_PROFILES="postgres", POSTGRES_PASSWORD="secret")

    assert environ["COLLECTOR_DATABASE"] == "postgresql://collector:secret@db/collector"
    assert COMPOSE["services"]["db"]["profiles"] == ["postgres"]
    assert COMPOSE["services"]["collector"]["depends_on"]["db"]["required"] is False


def test_the_image_runs_as_nobody_special_and_says_whether_it_is_well():
    last_stage = DOCKERFILE.split("FROM ")[-1]

    assert re.search(r"^USER (?!root)", last_stage, re.MULTILINE)
    assert "/health" in re.search(r"^HEALTHCHECK.*\n?.*", last_stage, re.MULTILINE)[0]
    assert re.search(r"^VOLUME /data$", last_stage, re.MULTILINE)
    assert "COLLECTOR_WEB_HOST=0.0.0.0" in last_stage


@pytest.mark.parametrize("source", re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE))
def test_what_the_image_copies_is_there(source):
    for name in source.split():
        assert (ROOT / name).exists(), name

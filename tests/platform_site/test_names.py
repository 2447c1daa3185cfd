"""Names that all apps of a project share: ours are told apart from any others."""

from __future__ import annotations

import pytest
from django.apps import apps

from platform_site.local.data_dir import BASE_DIR

OURS = [
    each
    for each in apps.get_app_configs()
    if (BASE_DIR / each.name.split(".")[0]).exists()
]
assert len(OURS) >= 6
FOLDERS = ("ostinato", "platform_site", "schedules", "triggers", "workflows")


@pytest.mark.parametrize("kind", ["templates", "static"])
def test_files_are_in_folders_of_our_own(kind: str) -> None:
    allowed = {*FOLDERS, *(f"admin/{config.label}" for config in OURS)}
    for config in OURS:
        if config.name == "platform_site.own_admin":
            continue  # replaces the frame of the pages of our own site on purpose
        root = BASE_DIR / config.name.replace(".", "/") / kind
        for path in root.rglob("*.*"):
            name = path.relative_to(root).as_posix()
            assert name.startswith(tuple(f"{folder}/" for folder in allowed)), path


def test_labels_tables_and_reverse_names_are_ours() -> None:
    for config in OURS:
        if not config.models:
            continue
        assert config.label.startswith("ostinato_")
        for model in config.get_models():
            assert model._meta.db_table.startswith("ostinato_")
            for field in model._meta.get_fields():
                remote = getattr(field, "remote_field", None)
                theirs = remote and remote.model._meta.app_label
                if theirs in {"auth", "contenttypes"}:
                    name = remote.related_name
                    assert name == "+" or name.startswith("ostinato_"), field

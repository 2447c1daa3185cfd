"""What a component declares, and the palette that is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.node_types import built_in, files
from workflows.exceptions import RegistrationError
from workflows.registry import (
    Component,
    Config,
    Context,
    Registry,
    Result,
)


def schema(name: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {"name": name},
    }


class Sound(Component):
    label = description = category = "Sound"
    icon, colour = "volume-2", "#00ff00"
    config_schema = schema({"type": "string"})

    def run(self, config: Config, context: Context) -> Result:
        return Result(None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"label": ""},
        {"icon": "🔊"},
        {"icon": "no-such-icon"},
        {"colour": "green"},
        {"kind": "thing"},
        {"config_schema": {"type": "object"}},
        {"config_schema": {"type": "nonsense"}},
        {"text_templates": ("nowhere",)},
        {"colour": ""},
        {"port_fields": ("nowhere",)},
        {"port_fields": ("name",)},
        {"condition_fields": ("items[].when",)},
        {"config_schema": schema({"type": "string", "x-widgets": "code"})},
        {"config_schema": schema({"type": "string", "x-widget": "slider"})},
        {"config_schema": schema({"type": "number", "x-unit": ""})},
        {"config_schema": schema({"items": {"x-unit": 1}})},
    ],
)
def test_a_wrong_declaration_raises(wrong: dict[str, Any]):
    with pytest.raises(RegistrationError):
        Registry().register("sound")(type("Wrong", (Sound,), wrong))


def test_a_declaration_with_annotations_of_the_form_is_accepted():
    one = Registry()
    annotated = schema({"type": "string", "x-unit": "s", "x-widget": "secret"})
    one.register("sound")(type("Good", (Sound,), {"config_schema": annotated}))
    assert one.components["sound"].config_schema == annotated


def test_a_palette_has_the_categories_in_their_order_and_those_of_a_site_last():
    one = Registry()
    for category in ("Actions", "Beeps", "Logic", "Acoustics", "Triggers"):
        declared = {"category": category, "label": category}
        one.register(category.lower())(type(category, (Sound,), declared))
    order = ["Triggers", "Logic", "Actions", "Acoustics", "Beeps"]
    assert [each.label for each in one.all()] == order


def test_in_a_category_those_with_a_place_come_first_and_the_others_by_their_label():
    one = Registry()
    for label, own in {
        "Echo": {},
        "Bell": {},
        "Gong": {"place": 2},
        "Horn": {"place": 1},
    }.items():
        one.register(label.lower())(type(label, (Sound,), {"label": label, **own}))
    assert [each.label for each in one.all()] == ["Horn", "Gong", "Bell", "Echo"]


def test_the_built_in_palette_is_in_the_order_in_which_people_look_for_things():
    of_category: dict[str, list[str]] = {}
    for component in built_in():
        of_category.setdefault(component["category"], []).append(component["label"])
    assert of_category == {
        "Triggers": ["Schedule", "Webhook", "Manual"],
        "Scheduler": [
            "Create a schedule",
            "Resume a schedule",
            "List schedules",
            "Pause a schedule",
            "Delete schedule",
        ],
        "Agents": ["Agent"],
        "Logic": ["Switch", "Wait", "Run workflow"],
        "Actions": [
            "HTTP request",
            "Send email",
            "Template",
            "Call a function",
            "Run a command",
        ],
    }


def test_a_component_has_the_colour_of_its_category_unless_it_has_its_own():
    one = Registry()
    plain = {"category": "Logic", "colour": ""}
    one.register("plain")(type("Plain", (Sound,), plain))
    one.register("green")(type("Green", (Sound,), {"category": "Logic"}))
    colours = {each.type: each.colour for each in one.all()}
    assert colours == {"plain": "#5f6b7a", "green": "#00ff00"}


def test_every_field_of_a_built_in_form_has_a_title_and_says_what_it_is():
    bare = [
        (component["type"], path)
        for component in built_in()
        for path, part in fields(component["config_schema"])
        if not (part.get("title") and (part.get("description") or is_plain(part)))
    ]
    assert bare == []


def fields(part: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in part.get("properties", {}).items():
        yield f"{path}{name}", inner
        yield from fields(inner.get("items", {}), f"{path}{name}[].")


def is_plain(part: dict[str, Any]) -> bool:
    """Whether title and choices say everything."""
    return "enum" in part or part.get("title") in ("Limit", "Offset")


def test_the_frontend_is_built_from_the_node_types_of_the_code():
    renew = "renew it: python -m tests.node_types"
    for path, text in files().items():
        assert path.read_text() == text, renew


def test_a_type_is_registered_once_and_runs():
    one = Registry()
    one.register("sound")(Sound)
    with pytest.raises(RegistrationError, match="twice"):
        one.register("sound")(type("Again", (Sound,), {}))
    silent = {name: item for name, item in vars(Sound).items() if name != "run"}
    with pytest.raises(RegistrationError, match="run"):
        one.register("mute")(type("Mute", (Component,), silent))
    with pytest.raises(RegistrationError, match="lowercase"):
        one.register("No Name")(Sound)

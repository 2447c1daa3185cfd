"""docs/settings.md is the table of options, in the words of the code."""

from __future__ import annotations

from collections.abc import Iterator

from platform_site.local.data_dir import BASE_DIR
from platform_site.settings import env
from workflows.kit.conf_options import OPTIONS, Option

HEAD = "| option | default | value | meaning |\n|---|---|---|---|\n"


def rows() -> Iterator[str]:
    for option in OPTIONS.values():
        value = option.kind.accepted.removeprefix("it must be ")
        meaning = option.help + if_wrong(option)
        yield f"| `{option.name}` | {default(option)} | {value} | {meaning} |\n"


def default(option: Option) -> str:
    if option.default in (None, "", []):
        return "none"
    return f"`{option.default}`".replace("'", '"')


def if_wrong(option: Option) -> str:
    if option.if_wrong is None:
        return ""
    return f" If it is not valid, `{option.if_wrong}` applies."


def test_it_lists_each_option_with_default_value_and_meaning() -> None:
    text = (BASE_DIR / "docs" / "settings.md").read_text()
    table = HEAD + "".join(rows())
    assert table in text, f"The table must be:\n\n{table}"


def test_each_option_but_two_is_an_environment_variable_of_our_own_site() -> None:
    assert OPTIONS.keys() - env.declared.keys() == {"QUEUE", "THEME_ALL_PAGES"}

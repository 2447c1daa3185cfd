"""The settings of the site's model provider."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.graph import Problem
from workflows.kit.conf import conf, wrong

REQUIRED = ("AGENT_BASE_URL", "AGENT_API_KEY", "AGENT_MODEL")
# The model of the demonstration: the site's own, or a script on a site without a provider.
DEMO_MODEL = "ostinato-demo"


def is_scripted(model: str) -> bool:
    """Whether a node that names this model follows the script of the demonstration."""
    has_provider = conf.AGENT_BASE_URL or conf.AGENT_API_KEY
    return model == DEMO_MODEL and not has_provider


def model_name(model: str) -> str:
    """The provider's name for the model that a node names: the site's own by default."""
    own: str = conf.AGENT_MODEL
    return own if model in ("", DEMO_MODEL) else model


def setting_problems() -> Iterator[Problem]:
    """Each setting that is set but not valid, with what it must be. Missing ones are fine."""
    return ((name, f"{why}.") for name in REQUIRED if (why := wrong(name)))

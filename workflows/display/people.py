"""How people are shown."""

from __future__ import annotations


def initials(name: str) -> str:
    """At most two letters: "ML" for "Mara Lindqvist" or "mara.lindqvist", "AL" for "alice"."""
    words = [word for word in name.replace(".", " ").replace("@", " ").split() if word]
    if len(words) > 1:
        return (words[0][0] + words[1][0]).upper()
    return name[:2].upper()

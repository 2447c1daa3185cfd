"""Python functions that workflows may call.

    @workflow_function
    def exchange_rate(currency: str, day: str = "today") -> float: ...

In the module `tasks` of an installed app, or in one that `OSTINATO["CALLABLES"]` names. The
annotations are the declaration: the arguments of a node are validated against them when it
is saved and again when it runs.
"""

from __future__ import annotations

from workflows.callables import workflow_function

__all__ = ["workflow_function"]

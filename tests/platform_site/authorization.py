"""Who gets which answer at every address of the API: the table that is tested.

    python -m tests.platform_site.authorization

Everything asked for is Ada's (to approve and decline: what an agent of hers has proposed): *owner* is Ada, *other* has an account, *viewer* is staff that
may view, *staff* has every permission, and *nobody* has not signed in. `200/1` is a list
with something of Ada's in it, `200/0` one with nothing; of `bulk/` the answer for her one schedule is told.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

TABLE = """
                                                      owner   other   viewer  staff   nobody

GET     /api/v1/schedules/                            200/1   200/0   200/1   200/1   401
POST    /api/v1/schedules/                            201     201     201     201     401
GET     /api/v1/schedules/{id}/                       200     404     200     200     401
PATCH   /api/v1/schedules/{id}/                       200     404     403     200     401
DELETE  /api/v1/schedules/{id}/                       204     404     403     204     401
POST    /api/v1/schedules/{id}/pause/                 200     404     403     200     401
POST    /api/v1/schedules/{id}/resume/                200     404     403     200     401
POST    /api/v1/schedules/{id}/approve/               200     404     403     200     401
POST    /api/v1/schedules/{id}/decline/               204     404     403     204     401
POST    /api/v1/schedules/{id}/run/                   202     404     403     202     401
POST    /api/v1/schedules/{id}/backfill/              202     404     403     202     401
POST    /api/v1/schedules/{id}/copy-to-workflow/
                                                      409     404     409     409     401
GET     /api/v1/schedules/{id}/runs/                  200/1   404     200/1   200/1   401
GET     /api/v1/schedules/{id}/events/                200/1   404     200/1   200/1   401
GET     /api/v1/schedules/{id}/preview/               200     404     200     200     401
GET     /api/v1/schedules/{id}/explain/               200     404     200     200     401
POST    /api/v1/schedules/preview/                    200     200     200     200     401
POST    /api/v1/schedules/bulk/                       200     404     403     200     401

GET     /api/v1/workflows/                            200/1   200/0   200/1   200/1   401
POST    /api/v1/workflows/                            201     201     201     201     401
GET     /api/v1/workflows/{id}/                       200     404     200     200     401
PATCH   /api/v1/workflows/{id}/                       200     404     403     200     401
DELETE  /api/v1/workflows/{id}/                       204     404     403     204     401
POST    /api/v1/workflows/import/                     201     201     201     201     401
GET     /api/v1/workflows/{id}/export/                200     404     200     200     401
GET     /api/v1/workflow-templates/                   200     200     200     200     401
GET     /api/v1/workflows/{id}/graph/                 200     404     200     200     401
PUT     /api/v1/workflows/{id}/graph/                 200     404     403     200     401
GET     /api/v1/workflows/{id}/versions/              200/1   404     200/1   200/1   401
GET     /api/v1/workflows/{id}/versions/{number}/     200     404     200     200     401
POST    /api/v1/workflows/{id}/versions/{number}/restore/
                                                      200     404     403     200     401
POST    /api/v1/workflows/{id}/run/                   202     404     403     202     401
POST    /api/v1/workflows/{id}/render/                200     404     200     200     401
GET     /api/v1/workflows/{id}/webhooks/{node_id}/    200     404     200     200     401
POST    /api/v1/workflows/{id}/webhooks/{node_id}/    201     404     403     201     401
DELETE  /api/v1/workflows/{id}/webhooks/{node_id}/    204     404     403     204     401
POST    /hooks/{token}/                        202     202     202     202     202

GET     /api/v1/executions/                           200/1   200/0   200/1   200/1   401
GET     /api/v1/executions/{id}/                      200     404     200     200     401
POST    /api/v1/executions/{id}/cancel/               200     404     403     200     401
GET     /api/v1/node-types/                           200     200     200     200     401
GET     /api/v1/functions/                            200     200     200     200     401
GET     /api/v1/callables/                            200     200     200     200     401

GET     /api/v1/tokens/                               200/1   200/0   200/0   200/0   401
POST    /api/v1/tokens/                               201     201     201     201     401
DELETE  /api/v1/tokens/{id}/                          204     404     404     404     401
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one asker is answered at one address."""

    method: str
    path: str
    asker: str
    answer: str


def cells() -> list[Cell]:
    lines = [line.split() for line in TABLE.replace("/\n ", "/ ").splitlines() if line]
    askers, *rows = lines
    return [
        Cell(method, path, asker, answer)
        for method, path, *answers in rows
        for asker, answer in zip(askers, answers, strict=True)
    ]


if __name__ == "__main__":
    sys.stdout.write(TABLE)

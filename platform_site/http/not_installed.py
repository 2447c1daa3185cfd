"""The answer where a part is not installed in a project."""

from __future__ import annotations

from rest_framework.exceptions import APIException


class NotInstalled(APIException):
    status_code = 501
    default_code = "not_installed"

"""`python -m tests.sample_site`: fill the database of the settings."""

from __future__ import annotations

import os

import django
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")
django.setup()

from tests.sample_site.filling import fill_sample_site  # noqa: E402 after the setup

fill_sample_site(timezone.now())

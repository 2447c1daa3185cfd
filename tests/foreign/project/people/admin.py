from __future__ import annotations

from django.contrib import admin

from people.models import Person


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):
    """The project's own page, on which nothing is ours."""

    list_display = ("address",)
    fields = ("address", "is_staff", "is_active")

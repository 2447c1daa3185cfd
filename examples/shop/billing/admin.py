from __future__ import annotations

from django.contrib import admin

from billing.models import Invoice


@admin.register(Invoice)
class InvoiceAdmin(admin.ModelAdmin):
    list_display = ("__str__", "customer", "amount", "is_paid")
    search_fields = ("customer__email",)  # so that forms offer to search for invoices

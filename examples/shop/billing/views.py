"""The API of the shop, as it was before Ostinato came."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.generics import ListAPIView

from billing.models import Invoice


class InvoiceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Invoice
        fields = ("id", "amount", "is_paid")


class OpenInvoices(ListAPIView):
    queryset = Invoice.objects.filter(is_paid=False).order_by("id")
    serializer_class = InvoiceSerializer

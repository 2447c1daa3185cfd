"""An API with DRF's defaults: no word about classes in the settings."""

from __future__ import annotations

from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import Invoice


class InvoiceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Invoice
        fields = ["id", "customer", "amount", "owner"]


class InvoiceViewSet(viewsets.ModelViewSet):
    queryset = Invoice.objects.order_by("id")
    serializer_class = InvoiceSerializer

    @action(detail=False)
    def broken(self, request: Request) -> Response:
        raise serializers.ValidationError({"amount": ["Too much."]})

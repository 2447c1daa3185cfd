"""Users who log in with an address, have UUIDs for keys, and no name."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models


class People(BaseUserManager):
    def create_user(self, address: str, password: str | None = None, **fields):
        person = self.model(address=address, **fields)
        person.set_password(password)
        person.save()
        return person

    def create_superuser(self, address: str, password: str | None = None, **fields):
        rights = {"is_staff": True, "is_superuser": True}
        return self.create_user(address, password, **rights, **fields)

    def get_by_natural_key(self, username: str | None):
        return self.get(address__iexact=username)


class Person(AbstractBaseUser, PermissionsMixin):
    USERNAME_FIELD = "address"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    address = models.EmailField(unique=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    objects = People()

    def __str__(self) -> str:
        return "somebody"

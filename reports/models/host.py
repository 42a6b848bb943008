"""Servers that are asked: whose turn it is, and what their robots.txt allows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Host(models.Model):
    """One server, by name and port: at most one request at a time, a pause between, whatever worker asks."""

    name = models.CharField("host, with its port where it is not the usual one", max_length=255, unique=True)
    held_until = models.DateTimeField("asked by a worker, at the latest until", null=True, blank=True)
    free_at = models.DateTimeField("next request not before", null=True, blank=True)
    robots = models.TextField("its robots.txt; empty where there is none", blank=True)
    robots_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(robots="") | Q(robots_read_at__isnull=False),
                name="host_rules_have_the_instant_of_their_reading",
            )
        ]

    def __str__(self) -> str:
        return self.name

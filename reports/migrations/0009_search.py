"""Passages are searched by their words, also by mistyped ones."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_custody")]
    operations = [
        TrigramExtension(),
        migrations.AddIndex("passage", GinIndex(fields=["text"], opclasses=["gin_trgm_ops"], name="passage_by_its_words")),
    ]

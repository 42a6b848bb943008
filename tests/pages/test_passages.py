"""A passage as a page shows it."""

from django.template import Context, Template


def test_a_passage_is_shown_in_paragraphs_and_its_own_signs_as_text() -> None:
    shown = Template("{% load words %}{{ text|paragraphs }}").render(Context({"text": "One & <b>two</b>.\n\nThree."}))

    assert shown == "<p>One &amp; &lt;b&gt;two&lt;/b&gt;.</p>\n\n<p>Three.</p>"

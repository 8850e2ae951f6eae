"""The interface's phrases and which language a page is in."""

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_currency, format_decimal
from flask import Request

PHRASES = Path(__file__).parent / "phrases"
LANGUAGE_COOKIE = "lang"
WHOLE = "en"
"""The language that has every phrase: what another lacks is said in it."""


def known_languages() -> tuple[str, ...]:
    """Return the languages that the interface speaks."""
    return tuple(sorted(path.stem for path in PHRASES.glob("*.toml")))


@cache
def phrases(language: str) -> dict[str, str | dict[str, str]]:
    """Return every phrase of `language`; a counted one has a text for each plural form."""
    return tomllib.loads((PHRASES / f"{language}.toml").read_text("utf-8"))


class Tongue:
    """How one language says phrases, numbers, days and prices.

    Args:
        language: one of `known_languages()`.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = Locale.parse(language)

    def say(self, key: str, **values: Any) -> str:
        """Return the phrase `key` with its values; `n` chooses the plural form."""
        phrase, locale = phrases(self.language).get(key), self._locale
        if phrase is None:
            phrase, locale = phrases(WHOLE)[key], Locale.parse(WHOLE)
        if isinstance(phrase, dict):
            phrase = phrase.get(locale.plural_form(values["n"]), phrase["other"])
        return phrase.format(**values)

    def name_of(self, language: str) -> str:
        """Return what a language is called in this one, for use in a sentence."""
        return str(self._locale.languages.get(language, language))

    def number(self, amount: float) -> str:
        """Return a number with at most one decimal place."""
        return format_decimal(round(amount, 1), locale=self._locale)

    def money(self, dong: int) -> str:
        """Return a price in đồng."""
        return format_currency(Decimal(dong), "VND", locale=self._locale)

    def day(self, when: date) -> str:
        """Return a day in words."""
        return format_date(when, "long", locale=self._locale)

    def ago(self, since: timedelta) -> str:
        """Return how long ago something was: the same in every time zone."""
        return format_timedelta(-since, add_direction=True, locale=self._locale)


def chosen_language(request: Request, languages: tuple[str, ...]) -> str:
    """Return the language of a page without one in its path: ?lang=, then the cookie, then the browser's.

    Whoever asks for none that is spoken gets the first: the maker's own.
    """
    for choice in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if choice in languages:
            return str(choice)
    # By the first part alone (fr-CA, zh-Hant-TW), in the browser's order: best_match would prefer English
    # to the French of a browser that asks for fr-CA, en.
    for tag, wish in request.accept_languages:
        language = tag.partition("-")[0].lower()
        if wish > 0 and language in languages:
            return language
    return languages[0]

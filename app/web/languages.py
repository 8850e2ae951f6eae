"""The interface's phrases and which language a page is in."""

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from flask import Request

PHRASES = Path(__file__).parent / "phrases"
LANGUAGE_COOKIE = "lang"


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
        phrase = phrases(self.language)[key]
        if isinstance(phrase, dict):
            phrase = phrase.get(self._locale.plural_form(values["n"]), phrase["other"])
        return phrase.format(**values)

    def number(self, amount: float) -> str:
        """Return a number with at most one decimal place."""
        return format_decimal(round(amount, 1), locale=self._locale)

    def money(self, dong: int) -> str:
        """Return a price in đồng."""
        return format_currency(Decimal(dong), "VND", locale=self._locale)

    def day(self, when: date) -> str:
        """Return a day in words."""
        return format_date(when, "long", locale=self._locale)


def chosen_language(request: Request, languages: tuple[str, ...]) -> str:
    """Return the language of a page without one in its path: ?lang=, then the cookie, then the browser's."""
    for choice in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if choice in languages:
            return str(choice)
    return request.accept_languages.best_match(languages) or languages[0]

"""What a page says of itself to those who send it on and to those who search."""

from typing import Any

from babel.core import get_global
from flask import Blueprint

from app.albums.sharing import share_picture_path
from app.albums.stories import StoryPage, find_told
from app.albums.telling import told_in
from app.web.present import site

pages = Blueprint("sharing", __name__)


@pages.app_context_processor
def words_for_heads() -> dict[str, Any]:
    """Give every template what its head needs."""
    return {"locale_of": locale_of, "share_image": share_image, "story_graph": story_graph}


def locale_of(language: str) -> str:
    """Return a language with its usual territory, as in "vi_VN", for Open Graph."""
    likely = get_global("likely_subtags").get(language, "")
    return f"{language}_{likely.rpartition('_')[2]}" if likely else language


def share_image(series_id: str, kit_id: str, language: str) -> str:
    """Return the path of a story's picture as a page in `language` tells it; "" while it is not drawn."""
    series, entry = find_told(site(), series_id, kit_id, language)
    told = told_in(site(), kit_id, language)
    drawn = share_picture_path(site(), series, entry.kit, told) is not None
    return f"/kits/{series_id}/{kit_id}/share-{told}.png" if drawn else ""


def story_graph(page: StoryPage, place: str) -> dict[str, Any]:
    """Return a story and its kit in the words of schema.org, in the language in which the story is told.

    Args:
        page: the story.
        place: the address of the page without host and language.
    """
    language = page.language
    told = site().workspace.told(language)
    base = site().workspace.base_url.rstrip("/")
    address, landmark = f"{base}/{language}/{place}", page.kit.landmark
    picture = base + (share_image(page.series.id, page.kit.id, language) or f"/kits/{place}/art.svg")
    maker = {"@type": "Organization", "name": site().workspace.maker_name}
    product = {
        "@type": "Product",
        "name": page.kit.name[told],
        "description": page.series.summary[told],
        "image": picture,
        "sku": page.kit.id,
        "brand": maker,
        "offers": {
            "@type": "Offer",
            "price": page.kit.sale.price_vnd,
            "priceCurrency": "VND",
            "url": address,
        },
    }
    if page.kit.sale.gtin:
        product["gtin"] = page.kit.sale.gtin
    article = {
        "@type": "Article",
        "headline": page.front.title,
        "description": page.front.summary,
        "inLanguage": language,
        "url": address,
        "image": picture,
        "author": maker,
        "about": {
            "@type": "LandmarksOrHistoricalBuildings",
            "name": landmark.name[told],
            "address": landmark.place[told],
            "geo": {
                "@type": "GeoCoordinates",
                "latitude": landmark.latitude,
                "longitude": landmark.longitude,
            },
        },
    }
    return {"@context": "https://schema.org", "@graph": [article, product]}

"""Which media type an answer is given in (RFC 9110, section 12.5.1)."""

from collections.abc import Sequence

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"


def negotiate(accept: str | None, offers: Sequence[str]) -> str | None:
    """The best of `offers`, which are in our own order of preference; None when the client accepts none of them.

    Without an Accept header everything is accepted. What cannot be read in the header counts as not accepted.
    """
    if not accept or accept == "*/*" or not accept.strip():
        return offers[0]
    if accept in offers:
        return accept
    ranges = [_media_range(part) for part in accept.split(",")]
    qualities = [_quality(offer, ranges) for offer in offers]
    best = max(qualities)
    return offers[qualities.index(best)] if best > 0 else None


def _media_range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((piece.partition("=")[2] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return name, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return name, 0.0


def _quality(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    for name in (offer, f"{offer.partition('/')[0]}/*", "*/*"):
        given = [quality for range_name, quality in ranges if range_name == name]
        if given:
            return max(given)
    return 0.0

"""Who may press the buttons: programs, and pages of the sandbox itself, but no other site that a browser has open.

The sandbox listens on loopback, where any website can post a form to it.
"""

from urllib.parse import urlsplit

from starlette.requests import Request

ELSEWHERE = "This comes from a page of another site: the sandbox takes that only from its own pages and from programs."
READING = ("GET", "HEAD", "OPTIONS")


def is_from_elsewhere(request: Request) -> bool:
    """Whether another site's page is behind a request that changes something. Only browsers tell where they are."""
    if request.method in READING:
        return False
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return True
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")

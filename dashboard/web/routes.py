"""The server's addresses beside Streamlit's own."""

from typing import get_args

from starlette.routing import Route
from streamlit import config

from dashboard.web import feed
from dashboard.web.static_files import PATH, assets


def routes() -> list[Route]:
    """Routes for `streamlit.starlette.App`, below the path that the server serves at."""
    base = str(config.get_option("server.baseUrlPath")).strip("/")
    root = f"/{base}" if base else ""
    return [
        Route(f"{root}/{feed.PATH}/{{token}}/{{name}}", feed.answer, methods=get_args(feed.Method)),
        Route(f"{root}/{PATH}/{{folder}}/{{name:path}}", assets().file),
    ]

"""The pages door: parse the request, call one flow, present."""

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from app.albums import open_site
from app.albums.pages import warm_up
from app.web import buyer, runs
from app.web.failures import tell_failures
from app.web.headers import FILE_SECONDS, policy, protect
from app.workspace import Workspace

LARGEST_BODY = 64 * 1024


def create_app(workspace: Workspace) -> Flask:
    """Return the site of a workspace as a WSGI application.

    Raises:
        UserError: the first thing in the workspace that keeps the site from opening.
    """
    site = open_site(workspace)
    warm_up(site)
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = FILE_SECONDS
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["hopke"] = site
    if workspace.site.proxies:
        count = workspace.site.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
    page_policy = policy(app.jinja_env.get_template("site.css").render())
    app.register_blueprint(buyer.pages)
    app.register_blueprint(runs.pages)
    tell_failures(app)

    @app.after_request
    def secure(response: Response) -> Response:
        # Behind TLS that ends before this server, an address of its own making would lead out of TLS.
        if response.location and response.location.startswith(request.host_url):
            response.location = "/" + response.location.removeprefix(request.host_url)
        return protect(response, content_policy=page_policy, private=buyer.is_private(request.path))

    return app

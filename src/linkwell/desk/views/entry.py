"""Coming in, going out, and the files every page needs."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from linkwell.desk.guard import cookie_name, desk_of

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
          ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8"}  # fmt: skip


@require_GET
def open_desk(request: HttpRequest) -> HttpResponse:
    """Exchange the one-time key for the cookie; a used key with the right cookie simply goes home."""
    desk = desk_of(request)
    cookie = desk.door.exchange(request.GET.get("key", ""))
    if not cookie:
        if desk.door.knows(request.COOKIES.get(cookie_name(desk), "")):
            return redirect("home")
        return render(request, "desk/closed.html", {"reason": "used", "outside": True}, status=403)
    response = redirect("home")
    response.set_cookie(cookie_name(desk), cookie, httponly=True, samesite="Strict")
    response["Referrer-Policy"] = "no-referrer"
    return response


@csrf_exempt
@require_POST
def knock(request: HttpRequest) -> HttpResponse:
    """A second `linkwell desk` of the same person: a fresh key for the browser."""
    desk = desk_of(request)
    if not desk.door.may_knock(request.headers.get("X-Linkwell-Knock", "")):
        return JsonResponse({}, status=403)
    return JsonResponse({"key": desk.door.new_key()})


@require_http_methods(["GET", "POST"])
def close_desk(request: HttpRequest) -> HttpResponse:
    """Ask, then stop the desk."""
    desk = desk_of(request)
    if request.method == "GET":
        return render(request, "desk/close.html", {"busy": desk.jobs.busy})
    response = render(request, "desk/closed.html", {"reason": "closed", "outside": True})
    response.delete_cookie(cookie_name(desk), samesite="Strict")
    desk.forget_people()
    desk.password = ""
    if desk.close is not None:
        desk.close()
    return response


@cache
def static_names() -> dict[str, Traversable]:
    """Every file that may be served, by its exact name: nothing else is looked up on the disk."""
    found: dict[str, Traversable] = {}
    for room in ("linkwell.pages", "linkwell.desk"):
        _collect(files(room).joinpath("static"), "", found)
    return found


def _collect(folder: Traversable, prefix: str, found: dict[str, Traversable]) -> None:
    for each in folder.iterdir():
        name = f"{prefix}{each.name}"
        if each.is_dir():
            _collect(each, f"{name}/", found)
        elif each.name.endswith(tuple(_TYPES)):
            found[name] = each


@require_GET
def static_file(request: HttpRequest, name: str) -> HttpResponse:
    """One of our own style, font or script files."""
    found = static_names().get(name)
    if found is None:
        raise Http404
    suffix = name[name.rindex(".") :]
    return HttpResponse(
        found.read_bytes(), content_type=_TYPES[suffix], headers={"Cache-Control": "max-age=3600"}
    )

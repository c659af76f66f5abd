"""Faults as answers: RFC 9457 problem documents with our codes. A desk words them again in its own language."""

from __future__ import annotations

from typing import Final

from starlette.responses import JSONResponse

from cpdesk.base.errors import CpdeskError, EnvironmentFault
from cpdesk.sync.protocol import fault_to_wire

STATUS: Final = {
    "CP-2001": 507,
    "CP-2250": 429,
    "CP-2251": 503,
    "CP-2252": 423,
    "CP-3201": 400,
    "CP-3202": 409,
    "CP-3203": 409,
    "CP-3204": 422,
    "CP-3205": 413,
    "CP-3206": 409,
    "CP-3252": 404,
    "CP-3253": 405,
    "CP-3254": 500,
    "CP-3270": 400,
    "CP-3271": 400,
    "CP-3272": 400,
    "CP-3275": 400,
    "CP-4101": 403,
    "CP-4102": 401,
    "CP-4103": 403,
    "CP-4104": 403,
    "CP-4105": 409,
    "CP-4106": 403,
    "CP-4108": 403,
    "CP-4109": 403,
}


def problem(fault: CpdeskError) -> JSONResponse:
    """The answer for a fault; one that names a path of the server is worded without it."""
    if fault.code in ("CP-2002", "CP-2003", "CP-2004"):
        fault = EnvironmentFault("CP-2251")
    status = STATUS.get(fault.code, 500)
    fields = {name: value for name, value in fault.fields.items() if fault.code != "CP-2001"}
    headers = {"Cpdesk-Problem": fault.code}  # for answers to HEAD, which have no body
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if "seconds" in fields:
        headers["Retry-After"] = str(fields["seconds"])
    content = fault_to_wire(fault.code, status, fault.message("en"), fault.remedy("en"), fields)
    return JSONResponse(content, status, headers, media_type="application/problem+json")

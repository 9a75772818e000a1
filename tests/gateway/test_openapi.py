"""One document for all services, and the page that shows it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, create_model

from customerai.core.http import Body, scope, service_app
from customerai.core.principal import InternalTokens
from customerai.gateway import openapi

TOKENS = InternalTokens(bytes(32))


def a_service(name: str, path: str, model: type[BaseModel]) -> Any:
    app = service_app(name, TOKENS)

    async def create(body: Any) -> None:
        """Makes <something> & more."""

    create.__annotations__["body"] = model
    app.post(path, openapi_extra=scope(f"{name}:write"))(create)
    return app


def a_model(name: str, **fields: Any) -> type[BaseModel]:
    return create_model(name, __base__=Body, **{n: (t, ...) for n, t in fields.items()})


def test_services_are_described_together_in_the_order_of_their_paths() -> None:
    document = openapi.merge(
        [
            a_service("second", "/v1/second", a_model("Two", n=int)),
            a_service("first", "/v1/first", a_model("One", n=int)),
        ]
    )
    assert list(document["paths"]) == ["/v1/first", "/v1/second"]
    assert {"One", "Two", "Problem"} <= document["components"]["schemas"].keys()
    assert not {"HTTPValidationError", "ValidationError"} & document["components"]["schemas"].keys()
    assert set(document["components"]["securitySchemes"]) == {"bearer", "key"}
    operation = document["paths"]["/v1/first"]["post"]
    assert operation["description"].endswith("Scope: `first:write`")
    assert set(operation["responses"]) == {"200", "4XX", "5XX"}


def test_every_reference_in_the_document_leads_somewhere() -> None:
    document = openapi.merge([a_service("one", "/v1/one", a_model("One", n=int))])
    text = json.dumps(document)
    for part in text.split('"$ref": "#/components/schemas/')[1:]:
        assert part.split('"', 1)[0] in document["components"]["schemas"]


def test_two_services_cannot_serve_one_path_or_mean_two_things_by_one_name() -> None:
    with pytest.raises(ValueError, match="two services serve /v1/one"):
        openapi.merge(
            [a_service(name, "/v1/one", a_model("One", n=int)) for name in ("one", "two")]
        )
    with pytest.raises(ValueError, match="two services define Thing differently"):
        openapi.merge(
            [
                a_service("one", "/v1/one", a_model("Thing", n=int)),
                a_service("two", "/v1/two", a_model("Thing", n=str)),
            ]
        )


def test_the_page_escapes_what_it_shows() -> None:
    page = openapi.page(openapi.merge([a_service("one", "/v1/one", a_model("One", n=int))]))
    assert "Makes &lt;something&gt; &amp; more." in page
    assert "<something>" not in page
    assert "<code>POST</code>" in page
    assert "<code>one:write</code>" in page

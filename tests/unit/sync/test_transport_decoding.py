"""What a proxy on the way makes of an answer must not end the program."""

from __future__ import annotations

import httpx
import pytest

from cpdesk.base.errors import EnvironmentFault
from cpdesk.sync.transport import Transport


def test_an_answer_that_is_not_packed_as_it_says_is_a_fault_of_the_line() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        headers = {"Content-Encoding": "gzip", "Cpdesk-Protocol": "1"}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(b"not packed at all"))

    waits: list[float] = []
    client = httpx.Client(transport=httpx.MockTransport(answer))
    with Transport("http://sample", client=client, sleep=waits.append) as transport:
        with pytest.raises(EnvironmentFault) as caught:
            transport.get_json("/v1/health")
        assert caught.value.code == "CP-2201"
        with pytest.raises(EnvironmentFault) as caught:
            transport.download("/v1/blobs/0", 100)
    assert caught.value.code == "CP-2201"
    assert len(waits) == 6, "each was tried four times"

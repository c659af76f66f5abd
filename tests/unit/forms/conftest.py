"""A small farmhouse form and a way to open sessions whose clock and ids stand still."""

# ruff: noqa: E501 -- the rows of an XLSForm are as long as they are

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from cpdesk.base.clock import FixedClock
from cpdesk.forms.form import Form
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.session import Session
from cpdesk.forms.tree import read_xml
from cpdesk.forms.xform import load_form
from cpdesk.forms.xpath.compile import compile_expression
from cpdesk.forms.xpath.context import Context, Environment
from cpdesk.forms.xpath.values import Value

SURVEY = """
| survey |
| | type | name | label::中文 (zh) | label::English (en) | relevant | required | constraint | constraint_message::中文 (zh) | constraint_message::English (en) | calculation | repeat_count | default | choice_filter | bind::cpdesk:unit | bind::cpdesk:quantity | bind::cpdesk:soft_min | bind::cpdesk:soft_max | bind::cpdesk:ask |
| | today | today | | | | | | | | | | | | | | | | |
| | username | surveyor | | | | | | | | | | | | | | | | |
| | text | head | 户主 | Head | | yes | | | | | | | | | | | | R |
| | date | visited | 日期 | Date | | | . <= today() | 不能晚于今天 | Not after today | | | today() | | | | | | |
| | begin_group | yard | 院子 | Yard | | | | | | | | | | | | | | |
| | begin_repeat | building | 房屋 | Building | | | | | | | | | | | | | | |
| | decimal | area | 面积 | Area | | yes | . > 0 | 面积要大于 0 | Must be above 0 | | | | | m2 | floor_area | 20 | 400 | R |
| | select_one wall | wall | 墙体 | Wall | | | | | | | | | | | | | | |
| | select_one wall | inner | 内墙 | Inner wall | ${wall} = 'brick' | | | | | | | | kind = ${wall} | | | | | |
| | calculate | share | | | | | | | | round(${area} div ${total} * 100, 1) | | | | | | | | |
| | integer | rooms | 间数 | Rooms | | | . <= 4 | | | | | 2 | | | | | | |
| | begin_repeat | room | 房间 | Room | | | | | | | ${rooms} | | | | | | | |
| | decimal | room_area | 房间面积 | Room area | | | | | | | | | | | | | | |
| | end_repeat | | | | | | | | | | | | | | | | | |
| | end_repeat | | | | | | | | | | | | | | | | | |
| | calculate | total | | | | | | | | sum(${area}) | | | | | | | | |
| | end_group | | | | | | | | | | | | | | | | | |
| | select_multiple fuel | fuels | 燃料 | Fuels | | | | | | | | | | | | | | |
| | begin_group | coal | 煤 | Coal | selected(${fuels}, 'coal') | | | | | | | | | | | | | |
| | decimal | coal_t | 用煤量 | Coal used | | | . < 50 | | | | | | | t | | | | S |
| | end_group | | | | | | | | | | | | | | | | | |
| | calculate | coal_kwh | | | | | | | | coalesce(${coal_t}, 0) * 5800 | | | | | | | | |
| | note | sum | 合计 ${total} 平方米 | ${total} square metres in total | | | | | | | | | | | | | | |
| choices |
| | list_name | name | label::中文 (zh) | label::English (en) | kind |
| | wall | brick | 砖墙 | Brick | brick |
| | wall | stone | 石墙 | Stone | stone |
| | fuel | coal | 煤 | Coal | |
| | fuel | wood | 柴 | Wood | |
| settings |
| | form_title | form_id | version | instance_name | default_language | namespaces |
| | 农宅 | farm | 3 | concat(${head}, ' ', ${total}) | 中文 (zh) | cpdesk="urn:cpdesk" |
"""

Open = Callable[..., Session]


@pytest.fixture(scope="session")
def farm() -> Form:
    return load_form(compile_xlsform(SURVEY, name="farm"))


@pytest.fixture
def open_session(farm: Form) -> Open:
    numbers = count(1)

    def opened(answers: Mapping[str, str] | None = None, form: Form = farm, **more: Any) -> Session:
        clock = FixedClock(datetime(2026, 11, 21, 17, 0, tzinfo=UTC))  # already the 22nd in Changping
        return Session(form, answers, clock=clock, new_id=lambda: f"n{next(numbers)}", random=lambda: 0.5, **more)

    return opened


@pytest.fixture
def load() -> Callable[..., Form]:
    """A form from rows of markdown: the survey sheet's head is `type | name | label | ...`."""

    def loaded(head: str, *rows: str, tail: str = "") -> Form:
        body = "\n".join(f"| | {row} |" for row in (head, *rows))
        return load_form(compile_xlsform(f"| survey |\n{body}\n{tail}", name="small"))

    return loaded


XPATH_DATA = """<data xml:lang="zh-CN"><a>1</a><n>-2.5</n><e/><t>abc</t><s>b a  b</s><d>2026-11-22</d>
<m>2026-11-22T10:30:00.000+08:00</m><r><x>3</x></r><r><x>4</x></r><r><x/></r><w>no</w><w>5</w>
<shape>0 0 0 0;0 1 0 0;1 1 0 0;1 0 0 0;0 0 0 0</shape><p>0.5 0.5 0 0</p>
<deep><x>1<x>2</x></x><!--said--><?go there?><?stay here?></deep></data>"""
XPATH_LIST = "".join(
    f'<item code="c{number}"><name>i{number}</name><label>L{number}</label></item>' for number in range(1, 7)
)


@pytest.fixture
def environment() -> Environment:
    """An instance with answers of every kind and one choice list, at 10:30 on 2026-11-22 in UTC+8."""
    document, _ = read_xml(XPATH_DATA)
    table, _ = read_xml(f"<root>{XPATH_LIST}</root>")
    table.freeze()
    now = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
    return Environment(
        document,
        lambda: now,
        lambda: 0.25,
        lambda: "id",
        {"list": table},
        language="en",
        version="7",
        properties={"username": "样例"},
    )


@pytest.fixture
def worked_out(environment: Environment) -> Callable[[str], Value]:
    """The value of an expression at the root of that instance."""

    def of(source: str) -> Value:
        return compile_expression(source).evaluate(Context(environment.root.children[0], environment))

    return of

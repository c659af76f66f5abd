"""A small form of the heating network, so that these tests do not hang on the words of the shipped one."""

from __future__ import annotations

from functools import cache
from typing import Final

from cpdesk.context import Context
from cpdesk.forms.publish import compile_xlsform

FORM: Final = "heatnet"
VERSION: Final = "9999010101"  # newer than any shipped one
HEAD: Final = (
    "| survey | type | name | label::中文 (zh) | label::English (en) | required | relevant | calculation"
    " | bind::cpdesk:prefill | bind::cpdesk:item_key | bind::cpdesk:unit | save_to |"
)
ROWS: Final = (
    ("csv-external", "well", "", "", "", "", "", "", "", "", ""),
    ("hidden", "site_id", "档案号", "Record", "", "", "", "site.id", "", "", ""),
    ("calculate", "new_id", "", "", "", "", "if(${site_id} = '', once(uuid()), '')", "", "", "", ""),
    ("text", "w_code", "井号", "Well", "yes", "", "", "reg.w_code", "", "", "w_code"),
    ("text", "w_name", "井名", "Name", "", "", "", "last reg.w_name", "", "", "w_name"),
    ("select_one kind", "w_kind", "井类", "Kind", "", "", "", "reg.w_kind", "", "", "w_kind"),
    ("decimal", "w_depth_m", "净深", "Depth", "", "", "", "last", "", "m", "w_depth_m"),
    ("select_one_from_file nodes.csv", "next", "下一座井", "Next well", "", "", "", "last", "", "", ""),
    ("integer", "water_cm", "积水", "Water", "", "", "", "", "", "cm", ""),
    ("image", "photo", "照片", "Picture", "", "", "", "", "", "", ""),
    ("calculate", "water_before", "", "", "", "", "${last-saved#water_cm}", "", "", "", ""),
    ("begin repeat", "valve", "阀门", "Valves", "", "", "", "", "", "", ""),
    ("text", "v_no", "阀号", "Valve", "", "", "", "last", "yes", "", ""),
    ("select_one state", "v_state", "状况", "State", "", "", "", "last", "", "", ""),
    ("end repeat", "", "", "", "", "", "", "", "", "", ""),
)
TAIL: Final = """
| choices | list_name | name | label::中文 (zh) | label::English (en) |
| | kind | valve | 阀门井 | Valves |
| | kind | vent | 放气井 | Vent |
| | state | good | 好 | Good |
| | state | bad | 坏 | Bad |

| entities | list_name | entity_id | create_if | update_if | label |
| | well | coalesce(${site_id}, ${new_id}) | ${site_id} = '' | ${site_id} != '' | ${w_code} |

| settings | form_id | version | form_title | default_language | name | namespaces |
| | heatnet | %s | 检查井 | 中文 (zh) | data | cpdesk="urn:cpdesk:xlsform" |
"""


@cache
def _xml() -> str:
    rows = "\n".join(f"| | {' | '.join(row)} |" for row in ROWS)
    return compile_xlsform(f"{HEAD}\n{rows}\n{TAIL % VERSION}", name=FORM)


def publish_network_form(ctx: Context) -> None:
    """Make the form known to a desk, as a sync would."""
    ctx.store.forms.add(FORM, VERSION, _xml(), "test")

"""A made-up form with every question type and appearance in both languages, and the survey page over it, deskless."""

from datetime import datetime
from functools import cache

from PySide6.QtGui import QColor, QImage, QPainter

from cpdesk.base.clock import BEIJING, FixedClock
from cpdesk.base.ids import IdMaker
from cpdesk.forms.publish import compile_xlsform
from cpdesk.forms.session import Session
from cpdesk.forms.xform import load_form
from cpdesk.ui.pages.survey import SurveyPage
from cpdesk.ui.presenters.defaults import agree, give
from cpdesk.ui.presenters.grid_edits import apply_edit
from cpdesk.ui.presenters.known import Known
from cpdesk.ui.presenters.outline import forget_counts, outline, section_page, section_views
from cpdesk.ui.requests import GridEdit, Marked
from cpdesk.ui.views import PlaceView, StatusView, SurveyView

HEAD = (
    "type", "name", "label::中文 (zh)", "label::English (en)", "hint::中文 (zh)", "hint::English (en)",
    "guidance_hint::中文 (zh)", "guidance_hint::English (en)", "appearance", "parameters", "required", "readonly",
    "constraint", "constraint_message::中文 (zh)", "constraint_message::English (en)", "calculation", "relevant",
    "default", "bind::cpdesk:unit", "bind::cpdesk:soft_max", "media::image::中文 (zh)", "media::image::English (en)",
    "media::audio::中文 (zh)", "media::audio::English (en)", "choice_filter",
)  # fmt: skip


def question(kind, name, zh="", en="", **more):
    more = {key.replace("__", "::"): value for key, value in more.items()}
    zh_en = {"label::中文 (zh)": zh, "label::English (en)": en, "type": kind, "name": name}
    for column in ("hint", "guidance_hint", "constraint_message", "media::image", "media::audio"):
        if column in more:
            first, second = more.pop(column)
            zh_en[f"{column}::中文 (zh)"], zh_en[f"{column}::English (en)"] = first, second
    return zh_en | more


ROWS = [
    question("begin group", "typed", "文字和数", "Text and numbers", appearance="field-list"),
    question("text", "short", "户主姓名", "Householder", required="yes", hint=("生僻字照写", "As on the register"),
             guidance_hint=("户口本上是什么字就写什么字，不用同音字代替。", "Copy the booklet; no homophones.")),
    question("text", "long", "现场情况", "What you saw", appearance="multiline"),
    question("text", "secret", "查询密码", "Query code", appearance="masked"),
    question("integer", "people", "户内人数", "People", bind__cpdesk__unit="", **{"bind::cpdesk:soft_max": "12"}),
    question("integer", "cost", "改造花费", "Cost", appearance="thousands-sep", **{"bind::cpdesk:unit": "yuan"}),
    question("decimal", "area", "建筑面积", "Floor area", hint=("量外墙", "Outside"), constraint=". > 0",
             constraint_message=("面积要大于 0。", "The area must be above 0."), **{"bind::cpdesk:unit": "m2"}),
    question("calculate", "per_person_hidden", calculation="${area} div ${people}"),
    question("decimal", "per_person", "人均面积", "Area a person", readonly="yes",
             calculation="round(${area} div ${people}, 1)", **{"bind::cpdesk:unit": "m2"}),
    question("barcode", "meter", "电表编号", "Meter number"),
    question("end group", ""),
    question("begin group", "times", "日期和时间", "Dates and times", appearance="field-list"),
    question("date", "day", "调查日期", "Day of the visit"),
    question("date", "month", "上次清洗", "Last cleaning", appearance="month-year"),
    question("date", "year", "建成年份", "Year built", appearance="year"),
    question("time", "clock", "开始烧的时间", "Heating begins at"),
    question("dateTime", "moment", "读表时刻", "Meter read at"),
    question("end group", ""),
    question("begin group", "one", "选一个", "Choose one", appearance="field-list"),
    question("select_one wall", "wall", "外墙做法", "Wall"),
    question("select_one wall", "wall_quick", "外墙做法（选了就走）", "Wall (moves on)", appearance="quick"),
    question("select_one wall", "wall_columns", "外墙做法（两列）", "Wall (two columns)", appearance="columns-2"),
    question("select_one wall", "wall_minimal", "外墙做法（下拉）", "Wall (list)", appearance="minimal"),
    question("select_one frame", "frame", "窗框", "Frame", appearance="columns-3"),
    question("select_one feel", "feel", "冬天屋里暖和吗", "Is it warm in winter", appearance="likert"),
    question("select_one village", "village", "所在村", "Village", appearance="autocomplete"),
    question("select_one wall", "sketch", "图上点一处", "Press the picture", appearance="image-map"),
    question("end group", ""),
    question("begin group", "several", "选几个、排顺序", "Choose several, put in order", appearance="field-list"),
    question("select_multiple fuel", "fuels", "用过的燃料", "Fuels used"),
    question("select_multiple fuel", "fuels_columns", "今年用的燃料", "Fuels this year", appearance="columns-3"),
    question("select_multiple village", "villages", "亲戚住在哪些村", "Villages of relatives", appearance="minimal"),
    question("rank fuel", "favourites", "燃料按花钱多少排", "Fuels by cost"),
    question("acknowledge", "read", "告知书念过了", "Notice read out"),
    question("note", "thanks", "下面几题看着填就行。", "The next ones are for you to judge.",
             **{"media::image": ("house.png", "house.png")}),
    question("end group", ""),
    question("begin group", "scales", "程度", "Scales", appearance="field-list"),
    question("range", "warm", "屋里多少度", "Room temperature", parameters="start=5 end=30 step=0.5",
             **{"bind::cpdesk:unit": "degC"}),
    question("range", "fill", "水箱水位", "Tank level", parameters="start=0 end=10 step=1", appearance="vertical"),
    question("range", "stars", "满意程度", "How satisfied", parameters="start=1 end=5 step=1", appearance="rating"),
    question("range", "picked", "几层楼", "Storeys", parameters="start=1 end=6 step=1", appearance="picker"),
    question("begin group", "leaks", "漏风检查", "Draughts", appearance="table-list"),
    question("select_one leak", "leak_door", "入户门", "Front door", required="yes"),
    question("select_one leak", "leak_window", "北窗", "North window"),
    question("select_one leak", "leak_ceiling", "吊顶", "Ceiling"),
    question("end group", ""),
    question("end group", ""),
    question("begin group", "places", "位置", "Places", appearance="field-list"),
    question("geopoint", "gate", "院门位置", "Gate"),
    question("geotrace", "pipe", "管线走向", "Pipe route"),
    question("geoshape", "yard", "院子边界", "Yard"),
    question("end group", ""),
    question("begin group", "files", "照片和文件", "Photos and files", appearance="field-list"),
    question("image", "photo", "院门照片", "Photo of the gate", parameters="max-pixels=1024",
             **{"media::image": ("house.png", "house.png"), "media::audio": ("how.mp3", "how.mp3")}),
    question("image", "marked", "标出漏风处", "Mark the draughts", appearance="annotate"),
    question("image", "sketched", "平面草图", "Floor sketch", appearance="draw"),
    question("image", "signed", "住户签字", "Signature", appearance="signature"),
    question("audio", "noise", "热泵噪声录音", "Noise of the heat pump"),
    question("video", "film", "院子视频", "Film of the yard"),
    question("file", "paper", "检测报告", "Test report"),
    question("end group", ""),
    question("begin group", "repeats", "外墙与门窗", "Walls and windows"),
    question("begin repeat", "walls", "外墙", "Walls"),
    question("select_one side", "side", "朝向", "Side", required="yes"),
    question("decimal", "wall_m2", "墙面积", "Wall area", **{"bind::cpdesk:unit": "m2"}),
    question("decimal", "window_m2", "窗面积", "Window area", constraint=". <= ${wall_m2}",
             constraint_message=("窗比墙还大，请核对小数点。", "The window is larger than the wall."),
             **{"bind::cpdesk:unit": "m2"}),
    question("select_one frame", "window_frame", "窗框", "Frame", relevant="${window_m2} > 0"),
    question("date", "checked_on", "查看日期", "Checked on"),
    question("text", "remark", "备注", "Remark"),
    question("end repeat", ""),
    question("end group", ""),
]  # fmt: skip

CHOICES = {
    "wall": [("b370", "370 砖", "370 brick"), ("b240", "240 砖", "240 brick"), ("stone", "石墙", "Stone"),
             ("earth", "土坯", "Earth"), ("other", "其他", "Other")],
    "frame": [("wood", "木框", "Wood", "wood.png"), ("alu", "断桥铝", "Aluminium", "alu.png"),
              ("pvc", "塑钢", "PVC", "pvc.png")],
    "feel": [("1", "很冷", "Very cold"), ("2", "有点冷", "Cool"), ("3", "正好", "Right"), ("4", "有点热", "Warm"),
             ("5", "很热", "Hot")],
    "fuel": [("coal", "型煤", "Briquettes"), ("gas", "天然气", "Gas"), ("power", "电", "Electricity"),
             ("wood", "柴", "Wood"), ("straw", "秸秆", "Straw")],
    "leak": [("none", "不明显", "None"), ("felt", "能感到", "Felt"), ("clear", "明显", "Clear"),
             ("unknown", "不清楚", "Unknown")],
    "side": [("s", "南", "South"), ("n", "北", "North"), ("e", "东", "East"), ("w", "西", "West")],
    "village": [(f"v{number:03d}", f"样例{number}村", f"Sample village {number}") for number in range(1, 201)],
}  # fmt: skip


def markdown(rows=ROWS, choices=CHOICES):
    lines = ["| survey |", "| | " + " | ".join(HEAD) + " |"]
    lines += ["| | " + " | ".join(row.get(column, "") for column in HEAD) + " |" for row in rows]
    lines += ["| choices |", "| | list_name | name | label::中文 (zh) | label::English (en) | media::image |"]
    for name, options in choices.items():
        for code, zh, en, *image in options:
            lines.append(f"| | {name} | {code} | {zh} | {en} | {image[0] if image else ''} |")
    lines += ["| settings |", "| | form_title | form_id | version | default_language | namespaces |"]
    lines += ['| | 控件样例 | widgets | 1 | 中文 (zh) | cpdesk="urn:cpdesk:xlsform" |']
    return "\n".join(lines) + "\n"


@cache
def widgets_form():
    return load_form(compile_xlsform(markdown(), name="widgets"))


PLACES = (
    PlaceView(40.2183, 116.2314, "本户", own=True),
    *(
        PlaceView(40.2150 + row * 0.0011, 116.2270 + column * 0.0014, f"{row * 8 + column:03d} 号")
        for row in range(6)
        for column in range(8)
    ),
)


def picture(colour, words="", size=(640, 420)):
    """A made-up picture."""
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    painter = QPainter(image)
    painter.setPen(QColor("white"))
    for step in range(0, size[0], 40):
        painter.drawLine(step, 0, step, size[1])
    painter.drawText(30, 60, words)
    painter.end()
    return image


class FormDesk:
    """The survey page over a session: what presenters do, without a store."""

    def __init__(self, answers=None, language="zh", form=None):
        clock = FixedClock(datetime(2026, 11, 23, 10, 0, tzinfo=BEIJING))
        self.session = Session(
            form or widgets_form(), answers or {}, clock=clock, new_id=IdMaker(clock).new, language=language
        )
        self.page = SurveyPage()
        self.page.resize(1294, 711)
        self.requests, self.answers, self.touches, self.known, self.counts = [], [], [], Known(), {}
        self.section = outline(self.session)[0].path
        self.page.answered.connect(self.answer)
        self.page.section_wanted.connect(lambda path: self.show(path, focus=""))
        self.page.row_wanted.connect(lambda repeat: self.took(self.session.add_item(repeat)[1]))
        self.page.requested.connect(self.requested)
        self.show(self.section)

    @property
    def body(self):
        return self.page.body

    def value(self, path):
        return self.session.state(path).value

    def answer(self, path, value):
        self.answers.append((path, value))
        self.took(give(self.session, path, value))

    def requested(self, request):
        self.requests.append(request)
        if isinstance(request, GridEdit):
            self.took(apply_edit(self.session, request))
        elif isinstance(request, Marked):
            self.took(agree(self.session, request.path, request.mark))

    def took(self, touched):
        self.touches.append(touched)
        self.known.forget(touched.states | touched.values.keys())
        forget_counts(self.counts, touched.states | touched.values.keys())
        self.show(self.section)

    def show(self, path, focus=None):
        self.section = path
        sections = outline(self.session, self.known)
        views = section_views(self.session, sections, self.counts)
        view = SurveyView("r", ("样例村",), "控件样例", StatusView("草稿", "info"), views, 1, 2)
        self.page.show_survey(view, path)
        place = [section.path for section in sections].index(path)
        page = section_page(self.session, sections[place], views[place].number, {}, PLACES, self.known)
        self.page.show_section(page, focus=focus)
        for holder in self.page.body.media_blocks():
            for name in holder.media_names():
                holder.show_media(name, picture("teal", name))

    def editor(self, path):
        return self.page.body.question(path).editor

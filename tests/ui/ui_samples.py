"""Made-up views for the tests of the window. No person, address or figure here is real."""

from cpdesk.ui.site_views import FilterChip, ListQuery, SiteList, SitePreview, SiteRow
from cpdesk.ui.views import (
    Fact,
    GridView,
    NowAfter,
    OptionView,
    PackageView,
    QuestionView,
    ResultView,
    SectionPage,
    SectionView,
    Share,
    StatusView,
    SurveyView,
)

WRITING = StatusView("填写中", "info", "pencil")
RETURNED = StatusView("退回", "bad", "alert")
FRESH = StatusView("未开始")
ACCEPTED = StatusView("已通过", "ok", "check")
SUBMITTED = StatusView("已提交", "warn", "clock")


def household_rows(count: int = 86) -> list[SiteRow]:
    names = [
        "张秀兰",
        "李福来",
        "王凤英",
        "王福山",
        "赵玉兰",
        "陈永年",
        "孙桂荣",
        "马长海",
        "胡秀芬",
        "郭振江",
        "杨淑珍",
    ]
    heatings = ["型煤土暖气", "空气源热泵", "型煤土暖气", "燃气壁挂炉", "蓄热电暖气", "生物质炉"]
    statuses = [WRITING, RETURNED, FRESH, ACCEPTED, SUBMITTED, ACCEPTED]
    rows = []
    for place in range(count):
        status = statuses[place % 6]
        known = status is not FRESH
        rows.append(
            SiteRow(
                id=f"id{place}",
                number=f"{32 + place * 3:03d}",
                name=names[place % len(names)],
                address=f"瓦窑村 {32 + place * 3} 号",
                status=status,
                answered=(0.52, 0.96, 0.0, 1.0, 1.0, 1.0)[place % 6],
                cells={
                    "heating": heatings[place % 6],
                    "area": str(118 + place) if known else "—",
                    "heat": "198" if known else "—",
                    "saving": "1,340" if known else "—",
                },
                updated="14:32" if known else "",
            )
        )
    return rows


def household_list(count: int = 86, query: ListQuery | None = None) -> SiteList:
    chips = (
        FilterChip("", "全部状态", count),
        FilterChip("none", "未开始", 12),
        FilterChip("draft", "填写中", 9),
        FilterChip("returned", "退回", 2),
        FilterChip("accepted", "已通过", 54),
    )
    return SiteList(query or ListQuery(), tuple(f"id{place}" for place in range(count)), chips)


def network_rows(count: int = 40) -> list[SiteRow]:
    statuses = [WRITING, FRESH, ACCEPTED, SUBMITTED]
    return [
        SiteRow(
            id=f"id{place}",
            number=f"GW-{417 + place:04d}",
            name="" if place % 5 == 4 else f"北环支线 {place + 1}（示例）",
            address="城北街道，U03",
            status=statuses[place % 4],
            answered=(0.4, 0.0, 1.0, 1.0)[place % 4],
            cells={
                "grade": "" if place % 4 == 1 else str(1 + place % 5),
                "dn": "200",
                "length_m": "86",
                "laying": "直埋",
                "build_year": "2004",
                "level": "二次网",
                "last_visit": "10-28",
            },
            updated="14:32",
        )
        for place in range(count)
    ]


def network_list(count: int = 40) -> SiteList:
    kinds = ("segment", "管段"), ("well", "检查井"), ("component", "部件"), ("substation", "换热站")
    return SiteList(
        ListQuery(kind="segment"),
        tuple(f"id{place}" for place in range(count)),
        (FilterChip("", "全部状态", count), FilterChip("none", "未开始", 10), FilterChip("draft", "填写中", 30)),
        kinds=tuple(FilterChip(code, words, count) for code, words in kinds),
        places=(FilterChip("U03", "U03", 30), FilterChip("U04", "U04", 10)),
        begun=(("s1", "J-118"), ("s2", "J-119")),
    )


def shares() -> tuple[Share, ...]:
    return (
        Share("外墙", 0.38),
        Share("屋面", 0.21),
        Share("外窗", 0.17),
        Share("漏风", 0.13),
        Share("地面", 0.11),
    )


def preview(record: str = "id0") -> SitePreview:
    return SitePreview(
        id=record,
        title="032·张秀兰家",
        address="流村镇瓦窑村 32 号·户内 3 人",
        status=WRITING,
        primary="接着填写",
        heat="23,400 kWh",
        shares=shares(),
        figures=(
            Fact("现在每年", "4,120 元"),
            Fact("最佳组合每年", "2,780 元", "info"),
            Fact("少排 CO₂", "3.6 t"),
        ),
        facts=(
            Fact("房屋", "正房 5 间，118 m²，1996 年"),
            Fact("采暖", "型煤 + 土暖气"),
            Fact("待改", "1 处：东墙窗面积", "bad"),
            Fact("缺照片", "墙体断面、签字", "warn"),
        ),
        events=(Fact("今天 14:32", "填围护结构，写了 3 处"), Fact("11-21 10:08", "首次入户，拍照 4 张")),
    )


def options(*words: str) -> tuple[OptionView, ...]:
    return tuple(OptionView(f"c{place}", word) for place, word in enumerate(words))


def sections() -> tuple[SectionView, ...]:
    return (
        SectionView("household", "1", "基本情况", 12, 12),
        SectionView("house", "2", "房屋与房间", 9, 9),
        SectionView("envelope", "3", "围护结构", 11, 14, problems=1),
        SectionView("heating", "4", "采暖设备", 6, 8),
        SectionView("kitchen", "5", "炊事与热水", 0, 7),
        SectionView("bills", "6", "用能账单", 0, 10),
        SectionView("finish", "7", "照片与签字", 4, 6),
    )


def survey() -> SurveyView:
    return SurveyView(
        "id0", ("流村镇", "瓦窑村"), "032·张秀兰家", StatusView("草稿", "info"), sections(), 42, 80, problems=1
    )


def grid() -> GridView:
    columns = (
        QuestionView("", "", "combo", "朝向", options=options("南", "北", "东", "西")),
        QuestionView("", "", "number", "墙面积", unit="m²"),
        QuestionView("", "", "number", "窗面积", unit="m²"),
        QuestionView("", "", "text", "窗框与玻璃"),
    )
    rows = []
    values = (
        ("c0", "42.6", "16.8", "断桥铝·双玻"),
        ("c1", "42.6", "5.4", "木框·单玻"),
        ("c2", "16.2", "18.5", "木框·单玻"),
    )
    problem = "东墙：窗面积 18.5 m² 比墙面积 16.2 m² 还大。请核对小数点，常见写法是 1.85。"
    for place, row in enumerate(values):
        item = f"wall[{place}]"
        cells: list[QuestionView | None] = []
        for index, (column, value) in enumerate(zip(columns, row, strict=True)):
            cells.append(
                QuestionView(
                    f"{item}/q{index}",
                    "",
                    column.control,
                    column.label,
                    value=value,
                    options=column.options,
                    problem=problem if (place, index) == (2, 2) else "",
                )
            )
        rows.append((item, tuple(cells)))
    names = tuple(f"q{index}" for index in range(len(columns)))
    return GridView(
        "wall", "3.3", "外墙与门窗", columns, tuple(rows), "每个朝向一行", "加一行", problem, names, wrong=(2,)
    )


def section_page() -> SectionPage:
    return SectionPage(
        "envelope",
        "3",
        "围护结构",
        "正房 5 间·建筑面积 118 m²·1996 年建成",
        (
            QuestionView(
                "wall_type",
                "3.1",
                "choice",
                "外墙主体做法",
                value="c0",
                options=options("370 砖", "240 砖", "石墙", "土坯", "其他"),
                required=True,
                short=True,
            ),
            QuestionView(
                "wall_insulation",
                "3.2",
                "choice",
                "外墙保温",
                value="c3",
                options=options("无", "外保温", "内保温", "不清楚"),
                required=True,
                short=True,
                assumed="不清楚时，按 1996 年砖房取默认值「无保温」，数据质量记 C；看到墙体断面后可再改。",
            ),
            grid(),
            QuestionView(
                "ceiling_mm",
                "3.4",
                "number",
                "吊顶上方保温层厚度",
                value="50",
                unit="mm",
                hint="没有填 0，常见 0–100",
                short=True,
                whole=True,
            ),
            QuestionView(
                "door_leak",
                "3.5",
                "choice",
                "入户门漏风",
                value="c1",
                options=options("不明显", "能感到", "明显"),
                short=True,
            ),
            QuestionView("photo_front", "3.6", "photo", "围护结构照片", hint="至少 3 张：南立面、北窗、墙体"),
        ),
    )


def result() -> ResultView:
    return ResultView(
        quality=StatusView("数据质量 B"),
        bars=(
            NowAfter("采暖费用", "元/年", 4120, 2780, "4,120", "2,780", "−33%"),
            NowAfter("CO₂", "t/年", 8.4, 4.8, "8.4", "4.8", "−43%"),
        ),
        heat_note="采暖季 23,400 kWh",
        shares=shares(),
        packages=(
            PackageView("a", "A", "外墙 + 吊顶 + 密封", "自付 12,400 元·年省 1,340 元", 1050, 1340, 1610, 12400, 3.6),
            PackageView("b", "B", "外窗 + 吊顶", "自付 9,600 元·年省 860 元", 620, 860, 1080, 9600, 3.1),
            PackageView("c", "C", "全套围护 + 热泵", "自付 14,800 元·年省 1,610 元", 1180, 1610, 2040, 14800, 4.3),
        ),
    )

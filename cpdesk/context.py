"""The Context: everything an operation works with, built in one place and passed to each of them."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cpdesk.base.clock import Clock, SystemClock
from cpdesk.base.errors import CpdeskError, InputFault, IntegrityFault
from cpdesk.base.i18n import Translator
from cpdesk.base.ids import IdMaker
from cpdesk.base.paths import Paths
from cpdesk.base.resources import resource_path, resources_root
from cpdesk.base.settings import Settings
from cpdesk.base.tables import Convert, read_table
from cpdesk.forms.files.external import ChoiceTable
from cpdesk.forms.form import Form
from cpdesk.forms.xform import load_form
from cpdesk.store.form_versions import FormVersions
from cpdesk.store.shelf import Describe
from cpdesk.store.store import Store

if TYPE_CHECKING:
    from cpdesk.energy.tables import EnergyTables
    from cpdesk.model.assessment import Audit

SHIPPED_FORMS: Final = ("farmhouse", "community", "heatnet")
STORE_FOLDER: Final = "desk"
_log: Final = logging.getLogger(__name__)


_LOADING: Final = threading.RLock()  # lists ask from several threads at once; loading takes too long to do it twice


def shipped_form(form: str) -> tuple[str, Form]:
    """A form the program ships, as text and loaded; once a process, so that the window can load it before the PIN."""
    with _LOADING:
        return _shipped_form(form)


@cache
def _shipped_form(form: str) -> tuple[str, Form]:
    xml = resource_path(f"forms/{form}.xml").read_text(encoding="utf-8")
    return xml, load_form(xml)


def _shipped_files(form: str) -> dict[str, bytes]:
    """What travels with a shipped form: the files in the folder `<form>-media` beside it."""
    folder = resources_root() / "forms" / f"{form}-media"
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))} if folder.is_dir() else {}


class FormLibrary:
    """The forms of this desk: every published version in the store, and those the program ships."""

    def __init__(self, versions: FormVersions) -> None:
        self._versions = versions
        self._loaded: dict[tuple[str, str], Form] = {}
        self._newest: dict[str, Form] = {}
        self._files: dict[tuple[str, str], Mapping[str, ChoiceTable]] = {}

    def newest(self, form: str) -> Form:
        """The version new surveys are made with; a shipped form that is newer than the stored ones is published.

        Raises:
            InputFault: CP-1510 when this desk has no form of that id.
            IntegrityFault: CP-3003 when the shipped file is damaged and no version was published before.
        """
        with _LOADING:
            if form not in self._newest:
                self._publish_shipped(form)
                stored = self._versions.latest(form)
                if stored is None:
                    raise InputFault("CP-1510", form=form, version="—")
                self._newest[form] = self.version(form, stored.version)
            return self._newest[form]

    def version(self, form: str, version: str) -> Form:
        """The version a record was filled with.

        Raises:
            InputFault: CP-1510 when this desk does not have it; a sync brings it.
        """
        with _LOADING:
            if (form, version) not in self._loaded:
                stored = self._versions.get(form, version)
                if stored is None:  # a record that came from another desk may be the first of its form here
                    self._publish_shipped(form)
                    stored = self._versions.get(form, version)
                if stored is None:
                    raise InputFault("CP-1510", form=form, version=version)
                self._loaded[form, version] = load_form(stored.xml)
            return self._loaded[form, version]

    def files(self, form: str, version: str) -> Mapping[str, ChoiceTable]:
        """The choice files that were published with a version, by name, as a session takes them."""
        with _LOADING:
            if (form, version) not in self._files:
                self._files[form, version] = self._versions.files.tables(form, version)
            return self._files[form, version]

    def forget(self) -> None:
        """Ask the store again which versions are the newest and what travels with them, after one was published."""
        with _LOADING:
            self._newest.clear()
            self._files.clear()

    def _publish_shipped(self, form: str) -> None:
        if form not in SHIPPED_FORMS:
            return
        stored = self._versions.latest(form)
        try:
            xml, shipped = shipped_form(form)
        except (CpdeskError, UnicodeDecodeError) as error:
            code = error.code if isinstance(error, CpdeskError) else type(error).__name__
            _log.error("the shipped form %s cannot be read: %s", form, code)
            if stored is None:
                raise IntegrityFault("CP-3003", form=form, reason=code) from error
            return  # the version published before serves; the damaged file stays where it is
        if stored is None or stored.version < shipped.version:
            self._versions.add(
                form,
                shipped.version,
                xml,
                resource_path(f"forms/{form}.md").read_text(encoding="utf-8"),
                _shipped_files(form),
            )
        self._loaded[form, shipped.version] = shipped


@dataclass
class Context:
    """What operations work with. One a desk; safe to use from any thread."""

    store: Store
    settings: Settings
    paths: Paths
    clock: Clock = field(default_factory=SystemClock)
    audits: OrderedDict[str, Audit] = field(default_factory=OrderedDict)
    """The last audits by what they were made of; kept by `operations.assess`."""
    site_tables: dict[tuple[str, str], tuple[object, dict[str, ChoiceTable]]] = field(default_factory=dict)
    """Registers as choice files, by family and township, with the stamp of their sites; kept by
    `operations.site_tables`."""

    @cached_property
    def new_id(self) -> Callable[[], str]:
        return IdMaker(self.clock).new

    @cached_property
    def forms(self) -> FormLibrary:
        return FormLibrary(self.store.forms)

    @cached_property
    def energy(self) -> EnergyTables:
        return load_energy_tables(self.paths.config / "tables")

    @property
    def actor(self) -> str:
        """The person at this desk."""
        return str(self.settings.get("person"))

    @property
    def language(self) -> str:
        return str(self.settings.get("language"))

    @property
    def text(self) -> Translator:
        """Texts in the person's language."""
        return Translator(self.language)

    def close(self) -> None:
        """Finish what is queued and close the store."""
        self.store.close()


def open_context(
    paths: Paths, key: bytes, *, describe: Describe, clock: Clock | None = None, create: bool = False
) -> Context:
    """The desk of one person, opened with the key that the vault gave out.

    Raises:
        As `Store.create` and `Store.open`.
    """
    clock = clock or SystemClock()
    opened = Store.create if create else Store.open
    store = opened(paths.data / STORE_FOLDER, key, clock=clock, describe=describe)
    return Context(store=store, settings=Settings(paths.config / "settings.json"), paths=paths, clock=clock)


def load_energy_tables(overrides: Path | None = None) -> EnergyTables:
    """The figures of the energy engine; a table of the same name in the folder `overrides` stands in for a shipped one,
    so that a district can enter its own prices and factors."""
    from cpdesk.energy.tables import EnergyTables  # late: the list of households needs no figures

    def read(relative: str, columns: Mapping[str, Convert]) -> list[dict[str, Any]]:
        own = overrides / relative.rsplit("/", 1)[-1] if overrides is not None else None
        return read_table(own if own is not None and own.exists() else resource_path(relative), columns)

    return EnergyTables.load(read)

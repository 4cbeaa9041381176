"""
From the cells of a line to a door.

An address stands in cells of its own or in one; in merged cells it stands on the first of several
lines only, and the lines below it belong to the same door.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.papers.intake import Line
from xiachen.papers.several import NOTHING
from xiachen.places.models import Household, PremisesKind
from xiachen.places.operations.sheets.ground import Ground
from xiachen.places.rules.addresses import Address, building_key, parse_address
from xiachen.places.rules.names import plain

# fmt: off
_KINDS = {
    PremisesKind.RESIDENCE: (
        "residence", "住户", "自住", "自有", "常住", "住宅", "居民", "居民户", "自住房",
        "业主自住", "常住户", "居住",
    ),
    PremisesKind.RENTED: (
        "rented", "出租屋", "出租", "出租房", "租户", "租住", "租赁", "承租", "群租", "出租户",
        "租房",
    ),
    PremisesKind.SHOP: (
        "shop", "商铺", "门面", "店铺", "商户", "商用", "门店", "沿街商铺", "门面房", "铺面",
        "商业",
    ),
}
_VACANT = frozenset(
    plain(word)
    for word in (
        "vacant",
        "空置",
        "空房",
        "空置房",
        "空户",
        "闲置",
        "无人",
        "无人居住",
        "无人住",
        "空关",
        "空关户",
        "未入住",
        "长期空置",
    )
)
# fmt: on
_MEANT = {plain(word): kind.value for kind, words in _KINDS.items() for word in words}


class AddressUnreadable(Refused):
    """The address cannot be read in one way."""

    code = "people.address-unreadable"
    message = _(
        "This address cannot be read. Write it as 枫林一期3栋2单元501, or put compound, building, "
        "unit and door into columns of their own."
    )
    status = 422


class DoorNeeded(Refused):
    """The line names no door."""

    code = "people.door-needed"
    message = _("Which door? Write its number.")
    status = 422


class BuildingNeeded(Refused):
    """The line names no building."""

    code = "people.building-needed"
    message = _("Which building? Write its number.")
    status = 422


class BelowUnclear(Refused):
    """The line has no address, and the line above has none that is clear."""

    code = "people.below-unclear"
    message = _(
        "This line has no address, and that of the line above is not clear. Mend that line, or "
        "write the address here."
    )
    status = 422


class KindUnknown(Refused):
    """Not a kind of premises."""

    code = "people.kind-of-premises-unknown"
    message = _("Write 住户, 出租屋, 商铺 or 空置, or leave it empty.")
    status = 422


@dataclass(frozen=True, slots=True)
class Written:
    """The door of a line as it is written, whole; `number` is that of the line."""

    number: int
    address: Address


class Doors:
    """Finds or makes the doors of the lines, one line after the other."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._above: Written | None = None

    def door(self, line: Line) -> Household:
        """
        Return the door of a line.

        :raises Refused: at the cell that has to be mended
        """
        above, self._above = self._above, None
        address = self._whole(line, above)
        # Also a door that is refused below has told to which address the next lines belong.
        self._above = Written(line.number, address)
        try:
            return self._found(line.values, address)
        except Refused:
            self._above = None
            raise

    def _whole(self, line: Line, above: Written | None) -> Address:
        """Return the address of a line, with what merged cells tell only on the line above."""
        said = self._said(line.values)
        if said.compound and said.building and said.door:
            return said
        follows = above is not None and above.number == line.number - 1
        if not follows or above is None:
            if not (said.building or said.door):
                raise BelowUnclear(field="door" if line.values["door"] else "")
            return said
        first = above.address
        if said.building and not said.door and _same_building(said, first):
            return first
        if said.building:
            # Another building of the same compound; its doors have to be named.
            return Address(said.compound or first.compound, said.building, said.unit, said.door)
        if said.compound and said.compound != first.compound:
            raise BuildingNeeded(field="building")
        if said.door:
            unit = said.unit or first.unit
            return Address(first.compound, first.building, unit, said.door)
        if said.unit and said.unit != first.unit:
            raise DoorNeeded(field="door")
        return first

    def _said(self, values: Mapping[str, str]) -> Address:
        """Return the parts that the cells name; cells of their own go before the address."""
        written = values["address"] if values["address"] not in NOTHING else ""
        parsed = parse_address(written) if written else Address()
        own = Address(values["compound"], values["building"], values["unit"], values["door"])
        if parsed is None:
            if not (own.building and own.door):
                raise AddressUnreadable(field="address")
            parsed = Address()
        return _split_door(
            Address(
                own.compound or parsed.compound,
                own.building or parsed.building,
                own.unit or parsed.unit,
                own.door or parsed.door,
            )
        )

    def _found(self, values: Mapping[str, str], address: Address) -> Household:
        if not address.building:
            raise BuildingNeeded(field="building")
        if not address.door:
            raise DoorNeeded(field="door")
        ground = self._ground
        grid = ground.grid(values["grid"]) if values["grid"] else None
        compound = ground.compound(address.compound)
        building = ground.building(compound, address.building, grid=grid)
        kind, _vacant = Use.of(values["kind"])
        door = ground.household(building, address.unit, address.door, kind=kind)
        ground.check(grid, compound, building, door)
        return door


class Use:
    """What the cells of a line say of the use of the premises."""

    @staticmethod
    def of(said: str) -> tuple[str, bool]:
        """
        Return a kind of premises, empty where none is said, and whether the cell says vacant.

        :raises KindUnknown:
        """
        key = plain(said)
        if not key or said in NOTHING:
            return "", False
        if key in _VACANT:
            return "", True
        if key not in _MEANT:
            raise KindUnknown(field="kind")
        return _MEANT[key], False

    @staticmethod
    def is_vacant(said: str) -> bool:
        """Tell whether a cell meant for names says that nobody lives there."""
        return plain(said) in _VACANT


def _same_building(said: Address, first: Address) -> bool:
    """Tell whether a line without a door repeats the building, and whatever else, of one above."""
    return building_key(said.building) == building_key(first.building) and all(
        not here or here == there
        for here, there in ((said.compound, first.compound), (said.unit, first.unit))
    )


def _split_door(address: Address) -> Address:
    """Take a whole number in the door's cell (3-2-501, 2单元501) apart."""
    if not address.door or address.unit:
        return address
    parsed = parse_address(address.door)
    if parsed is None or parsed.compound:
        behind = parse_address(f"1栋{address.door}") if "单元" in address.door else None
        if behind is None or not behind.unit:
            return address
        return Address(address.compound, address.building, behind.unit, behind.door)
    if not address.building:
        return Address(address.compound, parsed.building, parsed.unit, parsed.door)
    if not parsed.unit:
        # 2-501 beside a building is an entrance and a door.
        return Address(address.compound, address.building, parsed.building, parsed.door)
    return Address(address.compound, address.building, parsed.unit, parsed.door)

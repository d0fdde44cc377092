"""Every unit against the table of the evidence, and against two libraries that know nothing of this one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ucumvert import PintUcumRegistry

from fasciculation_rules import open_ruleset
from fasciculation_rules.assessing.measure import Measure
from fasciculation_rules.errors import Problem
from fasciculation_rules.logic.grammar import print_number
from fasciculation_rules.model.analytes import ANALYTES
from fasciculation_rules.model.case import Span
from fasciculation_rules.model.quantity import read_amount, to_count
from fasciculation_rules.model.units import UNITS, WORDS, UnitError, accepted_units, conversion, readable_units
from fasciculation_rules.model.vocabulary import Quantity

VOCABULARY = open_ruleset("0.1.0").vocabulary
QUANTITIES = VOCABULARY.quantities
DURATIONS = (*(name for name in QUANTITIES if name.endswith("_duration")), "time_since_deficit")


def read(name: str, value: str | Span) -> tuple[int, int] | str:
    """The counts of a value, or the code of what is wrong with it."""
    problems: list[Problem] = []
    ends = Measure(name, QUANTITIES[name], f"given.{name}", problems).ends(value)
    return ends if ends is not None else problems[0].code


def count(name: str, text: str) -> int:
    ends = read(name, text)
    assert not isinstance(ends, str), f"{name} {text}: {ends}"
    assert ends[0] == ends[1]
    return ends[0]


# ---------------------------------------------------------------- the table of quantities, UPDATES section 2C

FACTORS = """
age mo 0.0833333
age d 0.00273785
potassium meq/L 1
potassium mg/dL 0.25577
sodium meq/L 1
magnesium mg/dL 0.41144
magnesium meq/L 0.5
phosphate mg/dL 0.32285
calcium_adjusted mg/dL 0.24951
calcium_adjusted meq/L 0.5
calcium_total mg/dL 0.24951
calcium_total meq/L 0.5
calcium_ionised mg/dL 0.24951
calcium_ionised meq/L 0.5
albumin g/dL 10
glucose mg/dL 0.055507
ketones mg/dL 0.096057
tsh u[IU]/mL 1
tsh mU/L 1
tsh mIU/L 1
tsh uIU/mL 1
ft4 ng/dL 12.8722
ft4 ng/L 1.28722
total_b12 pg/mL 1
total_b12 pmol/L 1.355365
mma umol/L 1000
mma ng/mL 8.46826
mma ug/L 8.46826
homocysteine mg/L 7.39728
ck ukat/L 60
egfr mL/min 1
urea mg{urea}/dL 0.16651
urea mg{BUN}/dL 0.35697
snip kPa 10.1972
snip mm[Hg] 1.35951
spo2 1 100
paco2 mm[Hg] 0.1333224
caffeine_per_day g/d 1000
sleep_per_night min 0.0166667
lithium_level meq/L 1
lithium_level mg/L 0.14407
copper ug/dL 0.157366
twitch_duration wk 7
twitch_duration mo 30.4375
twitch_duration a 365.25
twitch_duration h 0.0416667
"""
MOLAR_MASSES = """
potassium 39.0983
sodium 22.98977
magnesium 24.305
phosphate 30.97376
calcium_adjusted 40.078
calcium_total 40.078
calcium_ionised 40.078
glucose 180.156
ketones 104.105
ft4 776.870
total_b12 1355.365
mma 118.088
homocysteine 135.185
lithium_level 6.941
copper 63.546
"""
MEASURED = """
age a 0 130 1
potassium mmol/L 0.5 15 0.01
sodium mmol/L 80 220 0.1
magnesium mmol/L 0.05 15 0.001
phosphate mmol/L 0.05 10 0.001
calcium_adjusted mmol/L 0.5 7 0.001
calcium_total mmol/L 0.5 7 0.001
calcium_ionised mmol/L 0.2 4 0.001
albumin g/L 5 80 0.1
glucose mmol/L 0.2 150 0.01
ketones mmol/L 0 30 0.01
hba1c mmol/mol 10 250 1
tsh m[IU]/L 0 1000 0.001
ft4 pmol/L 0 200 0.01
total_b12 ng/L 10 50000 1
active_b12 pmol/L 1 1000 0.1
mma nmol/L 10 200000 1
homocysteine umol/L 1 1000 0.1
ck U/L 1 2000000 1
egfr mL/min/{1.73_m2} 0 250 0.1
urea mmol/L 0.3 150 0.1
fvc_percent % 0 200 0.1
snip cm[H2O] 0 250 0.1
spo2 % 30 100 0.1
paco2 kPa 1 35 0.01
temperature Cel 20 46 0.01
caffeine_per_day mg/d 0 20000 1
sleep_per_night h 0 24 0.1
lithium_level mmol/L 0 20 0.01
copper umol/L 0 150 0.01
osmolality mosm/kg 200 600 0.1
caffeine_single_dose mg 0 50000 1
residual_volume mL 0 3000 1
vital_capacity mL/kg 0 120 0.1
gad7 {score} 0 21 1
ck_per_upper_limit 1 0 100000 0.0001
tsh_per_lower_limit 1 0 100000 0.0001
ft4_per_upper_limit 1 0 100000 0.0001
ft4_per_lower_limit 1 0 100000 0.0001
"""


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.split("\n") if line]


@pytest.mark.parametrize(("name", "unit", "printed"), rows(FACTORS))
def test_every_factor_is_that_of_the_table_to_its_last_printed_place(name: str, unit: str, printed: str) -> None:
    factor, offset = conversion(name, unit, QUANTITIES[name].unit)
    places = len(printed.partition(".")[2])
    assert abs(factor - Fraction(printed)) <= (Fraction(1, 10**places) if places else 0)
    assert offset == 0


@pytest.mark.parametrize(("name", "mass"), rows(MOLAR_MASSES))
def test_every_molar_mass_is_that_of_the_table(name: str, mass: str) -> None:
    assert ANALYTES[name].molar_mass == Fraction(mass)


def test_no_molar_mass_and_no_charge_is_used_that_the_table_does_not_have() -> None:
    assert {name for name, analyte in ANALYTES.items() if analyte.molar_mass} == {row[0] for row in rows(MOLAR_MASSES)}
    charged = {row[0] for row in rows(FACTORS) if row[1] == "meq/L"}
    assert {name for name, analyte in ANALYTES.items() if analyte.charge} == charged


@pytest.mark.parametrize(("name", "unit", "low", "high", "resolution"), rows(MEASURED))
def test_every_quantity_is_measured_as_the_table_says(
    name: str, unit: str, low: str, high: str, resolution: str
) -> None:
    quantity = QUANTITIES[name]
    assert (quantity.unit, quantity.resolution) == (unit, Fraction(resolution))
    assert quantity.range == (Fraction(low), Fraction(high))


@pytest.mark.parametrize("name", DURATIONS)
def test_every_duration_is_whole_days(name: str) -> None:
    quantity = QUANTITIES[name]
    assert (quantity.unit, quantity.resolution, quantity.range) == ("d", 1, (0, 45000))
    assert accepted_units(name, "d") == ("d", "wk", "mo", "a", "h", "min")


def test_a_month_and_a_year_are_those_of_ucum() -> None:
    assert UNITS["mo"].factor * 12 == UNITS["a"].factor == Fraction("365.25")


# ---------------------------------------------------------------- two independent libraries

REGISTRY = PintUcumRegistry()
OUTSIDE_UCUM = {"{score}"}  # an annotation alone: it measures nothing


def magnitude(unit: str) -> float:
    quantity = REGISTRY.from_ucum(unit)
    return float(quantity.to_base_units().magnitude)


@pytest.mark.parametrize(
    "unit",
    [unit for unit in UNITS if unit not in OUTSIDE_UCUM and UNITS[unit].dimension not in ("temperature", "fahrenheit")],
)
def test_every_unit_is_worth_what_ucum_and_pint_say(unit: str) -> None:
    dimension = UNITS[unit].dimension
    other = next(name for name, one in UNITS.items() if one.dimension == dimension and name not in OUTSIDE_UCUM)
    ratio = UNITS[unit].factor / UNITS[other].factor
    assert float(ratio) == pytest.approx(magnitude(unit) / magnitude(other), rel=4e-6)


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit not in OUTSIDE_UCUM])
def test_units_of_one_dimension_measure_the_same_thing(unit: str) -> None:
    dimension = UNITS[unit].dimension
    kin = {REGISTRY.from_ucum(name).dimensionality for name, one in UNITS.items() if one.dimension == dimension}
    assert len(kin) == 1


@pytest.mark.parametrize(
    ("name", "unit", "printed"), [row for row in rows(FACTORS) if row[0] in ANALYTES and ANALYTES[row[0]].molar_mass]
)
def test_mass_and_amount_of_substance_agree_with_pint(name: str, unit: str, printed: str) -> None:
    wanted = QUANTITIES[name].unit
    mass = REGISTRY.from_ucum("g/mol") * float(ANALYTES[name].molar_mass or 1)
    given = REGISTRY.from_ucum(unit)
    kinds = {UNITS[unit].dimension, UNITS[wanted].dimension}
    if "charge concentration" in kinds:
        given = given / float(ANALYTES[name].charge or 1)
    elif kinds == {"mass concentration", "substance concentration"}:
        given = given * mass if UNITS[wanted].dimension == "mass concentration" else given / mass
    expected = given.to(REGISTRY.from_ucum(wanted).units).magnitude
    assert float(conversion(name, unit, wanted)[0]) == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize("fahrenheit", ["97", "98.6", "100.4", "104"])
def test_fahrenheit_agrees_with_pint(fahrenheit: str) -> None:
    factor, offset = conversion("temperature", "[degF]", "Cel")
    one = REGISTRY.from_ucum("[degF]")
    expected = type(one)(float(fahrenheit), one.units).to("degC").magnitude
    assert float(Fraction(fahrenheit) * factor + offset) == pytest.approx(float(expected))


# ---------------------------------------------------------------- published twins

TWINS = [
    ("total_b12", "180 ng/L", "133 pmol/L"),
    ("total_b12", "350 ng/L", "258 pmol/L"),
    ("total_b12", "180 ng/L", "180 pg/mL"),
    ("glucose", "3.00 mmol/L", "54 mg/dL"),
    ("glucose", "4.00 mmol/L", "72 mg/dL"),
    ("glucose", "11.10 mmol/L", "200 mg/dL"),
    ("paco2", "6.00 kPa", "45 mm[Hg]"),
    ("paco2", "6.00 kPa", "45 mmHg"),
    ("temperature", "38 Cel", "100.4 [degF]"),
    ("temperature", "38 C", "100.4 F"),
    ("hba1c", "48 mmol/mol", "6.5 %"),
    ("albumin", "35 g/L", "3.5 g/dL"),
    ("potassium", "2.5 mmol/L", "2.5 mEq/L"),
    ("magnesium", "0.5 mmol/L", "1 meq/L"),
    ("spo2", "95 %", "0.95 1"),
    ("ck", "4998 U/L", "83.3 ukat/L"),
    ("sleep_per_night", "7 hours", "420 minutes"),
    ("twitch_duration", "91 days", "13 weeks"),
    ("twitch_duration", "91 days", "3 months"),
    ("age", "42 years", "504 months"),
]
NOT_TWINS = [
    ("glucose", "3.9 mmol/L", "70 mg/dL"),
    ("glucose", "30 mmol/L", "540 mg/dL"),
    ("calcium_adjusted", "3.0 mmol/L", "12 mg/dL"),
    ("calcium_adjusted", "3.5 mmol/L", "14 mg/dL"),
    ("ck", "5000 U/L", "83.3 ukat/L"),
    ("urea", "30 mmol/L", "30 mg/dL urea"),
]


@pytest.mark.parametrize(("name", "one", "other"), TWINS)
def test_published_twins_are_one_count(name: str, one: str, other: str) -> None:
    assert count(name, one) == count(name, other)


@pytest.mark.parametrize(("name", "one", "other"), NOT_TWINS)
def test_what_the_table_says_is_no_twin_is_none(name: str, one: str, other: str) -> None:
    assert count(name, one) != count(name, other)


# ---------------------------------------------------------------- refused

REFUSED = [
    ("sleep_per_night", "7 h/d"),
    ("egfr", "90 mL/min/1.73.m2"),
    ("ck", "200 mU/L"),
    ("active_b12", "50 ng/L"),
    ("active_b12", "50 pg/mL"),
    ("tsh", "2 U/L"),
    ("tsh", "2 mmol/L"),
    ("albumin", "600 umol/L"),
    ("phosphate", "3 meq/L"),
    ("glucose", "90 %"),
    ("urea", "40 mg/dL"),
    ("urea", "2 g/L"),
    ("fvc_percent", "3 L"),
    ("caffeine_per_day", "400 mg"),
    ("caffeine_single_dose", "400 mg/d"),
    ("residual_volume", "200 mL/kg"),
    ("potassium", "3.5 mmol/mol"),
    ("potassium", "3.5 MMOL/L"),
    ("potassium", "3.5 mol/L"),
    ("temperature", "310 K"),
    ("hba1c", "48 mmol/L"),
    ("age", "42 y"),
    ("twitch_duration", "3 M"),
    ("gad7", "7 points"),
]


@pytest.mark.parametrize(("name", "text"), REFUSED)
def test_a_unit_that_could_mean_another_thing_is_refused(name: str, text: str) -> None:
    assert read(name, text) == "unknown-unit"


@pytest.mark.parametrize("text", ["7", "7 {score}"])
def test_a_score_has_no_unit_or_says_so(text: str) -> None:
    assert count("gad7", text) == 7


@pytest.mark.parametrize("name", [name for name in QUANTITIES if QUANTITIES[name].unit not in ("1", "{score}")])
def test_every_other_quantity_needs_a_unit(name: str) -> None:
    assert read(name, "1") == "missing-unit"


def test_a_unit_of_one_analyte_does_not_convert_where_the_vocabulary_measures_in_another() -> None:
    with pytest.raises(UnitError):
        conversion("hba1c", "mmol/mol", "%")
    assert conversion("hba1c", "%", "%") == (1, 0)
    with pytest.raises(UnitError):
        conversion("temperature", "Cel", "[degF]")


# ---------------------------------------------------------------- the tables hang together


def test_every_word_is_of_a_unit_that_is_known() -> None:
    assert set(WORDS.values()) <= UNITS.keys()
    for name, analyte in ANALYTES.items():
        assert {*analyte.aliases.values()} <= UNITS.keys() | analyte.affine.keys(), name


def test_every_analyte_is_a_quantity_of_the_vocabulary() -> None:
    assert ANALYTES.keys() <= QUANTITIES.keys()


@pytest.mark.parametrize("name", QUANTITIES)
def test_accepted_units_begin_with_the_canonical_one_and_all_convert(name: str) -> None:
    canonical = QUANTITIES[name].unit
    units = accepted_units(name, canonical)
    assert units[0] == canonical
    assert len(units) == len(set(units)) == len(readable_units(name, canonical))
    assert all(conversion(name, unit, canonical)[0] > 0 for unit in units)
    for said, unit in zip(readable_units(name, canonical), units, strict=True):
        assert conversion(name, said, canonical) == conversion(name, unit, canonical)


def test_people_are_told_of_years_and_not_of_a() -> None:
    assert readable_units("age", "a") == ("years", "days", "weeks", "months", "hours", "minutes")


# ---------------------------------------------------------------- exact, and rounded once

names = st.sampled_from([name for name in QUANTITIES if not QUANTITIES[name].computed])


@st.composite
def counted(draw: st.DrawFn) -> tuple[str, Quantity, int]:
    name = draw(names)
    low, high = QUANTITIES[name].bounds()
    return name, QUANTITIES[name], draw(st.integers(low, high))


@given(counted(), st.data())
def test_to_any_unit_exactly_and_back_is_the_same_count(drawn: tuple[str, Quantity, int], data: st.DataObject) -> None:
    name, quantity, number = drawn
    unit = data.draw(st.sampled_from(accepted_units(name, quantity.unit)))
    factor, offset = conversion(name, unit, quantity.unit)
    there = (number * quantity.resolution - offset) / factor
    assert to_count(there * factor + offset, quantity.resolution, floor=name == "age") == number
    written = print_number(there)
    if "/" not in written and read_amount(f"{written} {unit}") is not None:
        assert count(name, f"{written} {unit}") == number


@given(counted(), st.integers(-499_999, 499_999))
def test_less_than_half_a_step_away_is_the_same_count(drawn: tuple[str, Quantity, int], millionths: int) -> None:
    name, quantity, number = drawn
    assume(name != "age")
    value = (number + Fraction(millionths, 1_000_000)) * quantity.resolution
    assume(quantity.range[0] <= value <= quantity.range[1])
    assert count(name, f"{print_number(value)} {quantity.unit}") == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.505", 350),
        ("3.515", 352),
        ("3.525", 352),
        ("3.5050000001", 351),
        ("3.5149999999", 351),
        ("3.51500000000000", 352),
    ],
)
def test_a_half_goes_to_the_even_count(text: str, expected: int) -> None:
    assert count("potassium", f"{text} mmol/L") == expected


def test_a_value_is_rounded_once_and_not_on_the_way() -> None:
    """0.3495 g/dL is 3.495 g/L: rounded on the way to 3.5, it would become 3.50 and then another count."""
    quantity = QUANTITIES["albumin"].model_copy(
        update={"resolution": Fraction("0.01"), "range": (Fraction(0), Fraction(80))}
    )
    problems: list[Problem] = []
    assert Measure("albumin", quantity, "", problems).ends("0.34949 g/dL") == (349, 349)
    assert to_count(Fraction(5, 2), Fraction(1)) == 2
    assert to_count(Fraction(7, 2), Fraction(1)) == 4


@given(counted())
def test_a_bound_leaves_out_its_own_count_or_takes_it_in(drawn: tuple[str, Quantity, int]) -> None:
    name, quantity, number = drawn
    low, high = quantity.bounds()
    limit = f"{print_number(number * quantity.resolution)} {quantity.unit}"
    above = number if name == "age" else number + 1  # somebody over 16 has completed 16 years
    assert read(name, f"< {limit}") == ((low, number - 1) if number > low else "out-of-range")
    assert read(name, f"<= {limit}") == (low, number)
    assert read(name, f"> {limit}") == ((above, high) if above <= high else "out-of-range")
    assert read(name, f">= {limit}") == (number, high)
    assert read(name, f"<{limit}") == read(name, f" <  {limit} ")


@given(counted(), st.data())
def test_a_span_holds_both_its_ends(drawn: tuple[str, Quantity, int], data: st.DataObject) -> None:
    name, quantity, one = drawn
    two = data.draw(st.integers(*quantity.bounds()))
    ends = [f"{print_number(number * quantity.resolution)} {quantity.unit}" for number in (one, two)]
    expected: object = (one, two) if one <= two else "bad-span"
    assert read(name, Span(low=ends[0], high=ends[1])) == expected


def test_a_span_may_be_written_in_two_units() -> None:
    assert read("twitch_duration", Span(low="3 days", high="2 weeks")) == (3, 14)


# ---------------------------------------------------------------- age

AGES = [
    ("15 years", 15),
    ("15.999 years", 15),
    ("16 years", 16),
    ("191 months", 15),
    ("192 months", 16),
    ("11 months", 0),
    ("5843 days", 15),
    ("5844 days", 16),
    ("834 weeks", 15),
    ("835 weeks", 16),
    ("0 days", 0),
    ("129.9 years", 129),
    ("130 years", 130),
]


@pytest.mark.parametrize(("text", "years"), AGES)
def test_age_is_completed_years(text: str, years: int) -> None:
    assert count("age", text) == years


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("< 16 years", (0, 15)),
        ("< 16.5 years", (0, 16)),
        ("<= 16 years", (0, 16)),
        ("<= 16.5 years", (0, 16)),
        ("> 16 years", (16, 130)),
        ("> 16.5 years", (16, 130)),
        (">= 16 years", (16, 130)),
        ("< 200 months", (0, 16)),
    ],
)
def test_a_bound_on_age_leaves_out_nobody_of_whom_it_is_true(text: str, ends: tuple[int, int]) -> None:
    assert read("age", text) == ends


# ---------------------------------------------------------------- what is a number

NUMBERS = [
    "3,5",
    "1 000",
    "1.000.000",
    "1'000",
    "1_000",
    "1e5",
    "1E-3",
    "0x10",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
]
NUMBERS += [
    "",
    " ",
    ".",
    "-",
    "+",
    "3.",
    "--3",
    "+-3",
    "3.5.1",
    "\u00bd",
    "\u0663",
    "\uff13",
    "3/4",
    "~3",
    "3-4",
    "> < 3",
    "=3",
    "1" * 16,
]


@pytest.mark.parametrize("number", NUMBERS)
def test_only_a_plain_decimal_number_is_one(number: str) -> None:
    assert read("potassium", f"{number} mmol/L") in ("bad-quantity", "unknown-unit")
    assert read_amount(f"{number} mmol/L") is None or number == "1 000"


@pytest.mark.parametrize(
    ("text", "number"), [("3", "3"), ("+3", "3"), ("-3", "-3"), (".5", "0.5"), ("003.50", "3.5"), (" 3 ", "3")]
)
def test_a_plain_decimal_number_is_read_exactly(text: str, number: str) -> None:
    amount = read_amount(f"{text} mmol/L")
    assert amount is not None
    assert (amount.number, amount.unit, amount.comparator) == (Fraction(number), "mmol/L", "")


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_without_a_word(text: str) -> None:
    for name in ("age", "potassium", "gad7", "hba1c", "ck_per_upper_limit"):
        found = read(name, text)
        assert isinstance(found, tuple) or found in ("bad-quantity", "missing-unit", "unknown-unit", "out-of-range")

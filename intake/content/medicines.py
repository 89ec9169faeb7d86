"""Reading ``medicines.yaml``: the names patients write and the classes they belong to."""

from collections.abc import Iterator
from pathlib import Path

from intake.content.documents import Mapped, Problems, did_you_mean, edition_of, read, read_file
from intake.content.fields import Fields, unique
from intake.content.resemblance import NearNames
from intake.domain.medicine_words import Vocabulary, forms, together
from intake.domain.medicines import Combination, Formulary, Medicine


def read_formulary(path: Path) -> tuple[Formulary, str]:
    """The medicines file at ``path`` and its text. Raises DocumentRefused."""
    document, text = read_file(path)
    return _formulary(document, path.name), text


def parse_formulary(text: str, name: str = "medicines.yaml") -> Formulary:
    """The medicines file in ``text``. Raises DocumentRefused."""
    return _formulary(read(text, name), name)


def _formulary(document: Mapped, name: str) -> Formulary:
    problems = Problems(name)
    fields = Fields(document, 1, "medicines", problems)
    classes = {class_id: str(label) for class_id, label, _ in fields.mapping("classes", required=True)}
    entries = fields.entries("medicines", required=True)
    medicines = [_medicine(entry, line, classes, problems) for entry, line in entries]
    lines = [line for _, line in entries]
    unique([(m.id, line) for m, line in zip(medicines, lines, strict=True)], "medicine", problems)
    known = {medicine.id for medicine in medicines}
    products = fields.entries("combinations")
    combinations = [_combination(entry, line, known, problems) for entry, line in products]
    named = [(n, line) for m, line in zip(medicines, lines, strict=True) for n in _names(m)]
    named += [(n, line) for c, (_, line) in zip(combinations, products, strict=True) for n in _spellings(c)]
    _check_names(named, problems)
    vocabulary = _vocabulary(fields)
    _check_fillers(vocabulary, medicines, lines, problems)
    fields.finish()
    problems.refuse_if_any()
    return Formulary(
        classes, tuple(medicines), tuple(combinations), edition_of(document), vocabulary, NearNames
    )


def _medicine(entry: object, line: int, classes: dict[str, str], problems: Problems) -> Medicine:
    fields = Fields(entry, line, "medicine", problems)
    fields.what = f"medicine {fields.text('id')}"
    named = fields.texts("classes")
    for place, one in enumerate(named):
        if one not in classes:
            hint = did_you_mean(one, classes) or "; name it under 'classes' at the top"
            fields.problem("classes", f'there is no class "{one}"{hint}', entry=place)
    medicine = Medicine(
        fields.text("id"),
        fields.text("name"),
        frozenset(named),
        fields.texts("brands"),
        fields.texts("misspellings"),
        fields.text("rxcui", "") or None,
    )
    fields.finish()
    return medicine


def _combination(entry: object, line: int, known: set[str], problems: Problems) -> Combination:
    fields = Fields(entry, line, "combination", problems)
    fields.what = f"combination {fields.text('name')}"
    contains = fields.texts("contains", required=True)
    for place, one in enumerate(contains):
        if one not in known:
            hint = did_you_mean(one, known) or "; name it under 'medicines'"
            fields.problem("contains", f'there is no medicine "{one}"{hint}', entry=place)
    combination = Combination(
        fields.text("name"), contains, fields.texts("misspellings"), fields.texts("only_alone")
    )
    fields.finish()
    return combination


def _vocabulary(fields: Fields) -> Vocabulary:
    fillers = {word for _, listed, _ in fields.mapping("fillers") for word in str(listed).casefold().split()}
    everyday = fields.text("everyday", "").casefold().split()
    reasons = fields.text("reasons", "").casefold().split()
    groups = [frozenset(together(forms(str(name))) for name in group) for group in _groups(fields)]
    product_words = _product_words(fields)
    return Vocabulary(
        frozenset(fillers), frozenset(everyday), frozenset(reasons), tuple(groups), product_words
    )


def _product_words(fields: Fields) -> frozenset[str]:
    written = fields.text("product_words", "").casefold().split()
    for word in written:
        if not word.isalpha():
            fields.problem("product_words", f'the product word "{word}" should be letters only')
    return frozenset(written)


def _check_fillers(
    vocabulary: Vocabulary, medicines: list[Medicine], lines: list[int], problems: Problems
) -> None:
    # Behind another name a filler is that medicine's salt ("losartan potassium") and is passed over.
    for medicine, line in zip(medicines, lines, strict=True):
        for name in _names(medicine):
            if medicine.classes and together(forms(name)) in vocabulary.fillers:
                problems.add(line, f'medicine {medicine.id}: "{name}" is a filler too, and would be missed')


def _groups(fields: Fields) -> Iterator[list[object]]:
    for group, line in fields.entries("look_alikes"):
        if isinstance(group, list):
            yield group
        else:
            fields.problems.add(line, f"{fields.what}: 'look_alikes' should be lists of names")


def _names(medicine: Medicine) -> tuple[str, ...]:
    return (medicine.name, *medicine.brands, *medicine.misspellings)


def _spellings(product: Combination) -> tuple[str, ...]:
    return (product.name, *product.misspellings, *product.only_alone)


def _check_names(named: list[tuple[str, int]], problems: Problems) -> None:
    unique([(" ".join(forms(name)), line) for name, line in named], "name", problems)
    for name, line in named:
        if name and len(together(forms(name))) < 3:
            text = f'the name "{name}" is too short to be told apart from other words'
            problems.add(line, f"{text}; take it out, or write more of it")

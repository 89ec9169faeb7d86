"""The files people edit beside the code: the questionnaire, the rules, the medicines, the templates.

In a checkout they lie at the top of the repository, where people look for them.
A wheel has no such place, so setup.cfg packs a copy of them into ``_packed``.
"""

from pathlib import Path

_HERE = Path(__file__).parent
_PACKED = _HERE / "_packed"

ROOT = _PACKED if _PACKED.is_dir() else _HERE.parent

MEDICINES = ROOT / "medicines.yaml"
QUESTIONNAIRE = ROOT / "questionnaire"
CRISIS_LINES = QUESTIONNAIRE / "crisis_lines.yaml"
SCREENING_RULES = ROOT / "screening_rules.yaml"
TEMPLATES = ROOT / "templates"
TRANSLATIONS = ROOT / "translations"
# People with what must come of the shipped rules for each; in a checkout only.
CASES = ROOT / "tests" / "cases"

# What editors check the content files against; made by `intake rules check --schema`, in a checkout.
SCHEMAS = ROOT / "schemas"

# What the safety case rests on, as data; the documents made of it stand in a checkout only.
SAFETY = ROOT / "safety"
COVERAGE_PAGE = ROOT / "docs" / "coverage.md"
SAFETY_CASE_PAGE = ROOT / "docs" / "safety-case.md"
ASVS_PAGE = ROOT / "docs" / "asvs.md"

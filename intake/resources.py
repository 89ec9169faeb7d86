"""The files people edit beside the code: the questionnaire, the rules, the medicines, the templates.

In a checkout they lie at the top of the repository, where people look for them.
A wheel has no such place, so setup.cfg packs a copy of them into ``_packed``.
"""

from pathlib import Path

_HERE = Path(__file__).parent
_PACKED = _HERE / "_packed"

ROOT = _PACKED if _PACKED.is_dir() else _HERE.parent

MEDICINES = ROOT / "medicines.yaml"
QUESTIONNAIRE = ROOT / "questionnaire.yaml"
CRISIS_LINES = ROOT / "questionnaire" / "crisis_lines.yaml"
SCREENING_RULES = ROOT / "screening_rules.yaml"
TEMPLATES = ROOT / "templates"

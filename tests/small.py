"""A small questionnaire and formulary that show every kind of question once."""

from datetime import date

from intake.content.medicines import parse_formulary
from intake.content.questionnaire import parse_questionnaire
from intake.content.rules import parse_rulebook
from intake.domain.answers import Answers
from intake.domain.evidence import PatientEvidence
from intake.domain.rules import RuleBook

TODAY = date(2026, 11, 20)

QUESTIONNAIRE = """
title: Questions
scales:
  often: {never: Never, sometimes: Sometimes, daily: Every day}
safety_pages:
  support: {title: Thank you, paragraphs: [You are not alone], lines: [emergency]}
crisis_lines:
  emergency: {say: Call 911, link: "tel:911", about: Now, verified: 2026-11-20}
consent: {title: Sign, points: [We may read this], agree: I agree}
parts:
  - id: first
    title: First part
    pages:
      - id: pressure
        questions:
          - {id: pressure, kind: yes_no, ask: "High pressure?", not_sure: true, declined: true}
      - id: treated
        questions:
          - {id: treated, kind: yes_no, ask: "Treated?", not_sure: true,
             only_if: {question: pressure, is: yes}}
      - id: reading
        title: Your reading
        questions:
          - {id: knows_reading, kind: choose_one, ask: "Know it?", choices: {yes: Yes I do, no: "No"}}
          - {id: reading, kind: reading, ask: "Which numbers?", labels: [Top, Bottom], unit: mmHg,
             limits: [[40, 300], [20, 200]], only_if: {question: knows_reading, is: yes}}
      - id: born
        questions:
          - {id: born, kind: date, ask: "Born?", past: true}
      - id: size
        title: Size
        questions:
          - {id: height, kind: number, ask: Height, units: [ft_in, cm], limits: [50, 260]}
          - {id: weight, kind: number, ask: Weight, units: [lb, kg], limits: [10, 500]}
      - id: signs
        questions:
          - {id: signs, kind: choose_any, ask: "Signs?", choices: {rash: Rash, fever: Fever},
             none: {none: None of these}, not_sure: true}
  - id: second
    title: Second part
    pages:
      - id: mood
        title: Mood
        questions:
          - {id: low, kind: scale, scale: often, ask: "Low?"}
          - {id: tired, kind: scale, scale: often, ask: "Tired?"}
          - {id: hopeless, kind: scale, scale: often, ask: "Hopeless?",
             safety: [{show: support, when: {question: hopeless, at_least: 1}}]}
      - id: takes
        questions:
          - {id: takes, kind: yes_no, ask: "Take any?", not_sure: true}
      - id: medicines
        questions:
          - {id: medicines, kind: medicines, ask: "Which ones?", only_if: {question: takes, is: yes}}
      - id: more
        questions:
          - {id: more, kind: text, ask: "Anything else?", long: true}
derived:
  - {id: age, kind: age, of: born, label: Age}
  - {id: bmi, kind: body_mass_index, height: height, weight: weight, label: BMI}
  - {id: mood_total, kind: total, of: [low, tired, hopeless], label: Mood total}
  - {id: days, kind: days_since, of: born, label: Days}
  - {id: sedating, kind: class_count, of: medicines, classes: [opioid, benzodiazepine], label: Sedating}
  - {id: unknown_medicines, kind: unrecognised_count, of: medicines, label: By hand}
  - {id: crisis, kind: mentions, of: [more], words: [kill myself], label: Crisis words}
"""

MEDICINES = """
classes: {opioid: Opioids, benzodiazepine: Benzodiazepines, maoi: MAO inhibitors}
medicines:
  - {id: oxycodone, name: oxycodone, classes: [opioid], brands: [OxyContin], misspellings: [oxycotin]}
  - {id: codeine, name: codeine, classes: [opioid]}
  - {id: lorazepam, name: lorazepam, classes: [benzodiazepine], brands: [Ativan]}
  - {id: phenelzine, name: phenelzine, classes: [maoi], brands: [Nardil], rxcui: "8123"}
  - {id: naloxone, name: naloxone, classes: [], brands: [Narcan]}
  - {id: phentermine, name: phentermine, classes: [], brands: [Adipex-P]}
  - {id: st_johns_wort, name: "St. John's Wort", classes: []}
combinations:
  - {name: "Tylenol #3", contains: [codeine]}
  - {name: Suboxone, contains: [oxycodone, naloxone]}
"""

asked = parse_questionnaire(QUESTIONNAIRE)
formulary = parse_formulary(MEDICINES)


def rules(text: str) -> RuleBook:
    """Rules in short: a list of ``id: condition`` lines, wrapped in what a rule must have."""
    return parse_rulebook(text, asked, formulary)


def given(answers: Answers, as_of: date = TODAY) -> PatientEvidence:
    """The evidence these answers are."""
    return PatientEvidence(asked, formulary, answers, as_of)

"""The content files of a small clinic: few enough rules to know which flags to expect."""

from intake.content.library import parse_library

QUESTIONNAIRE = """
title: Questions
crisis_lines:
  emergency: {say: Call 911, link: "tel:911", about: Now, verified: 2026-11-20}
safety_pages:
  support: {title: You are not alone, paragraphs: [Help is here], lines: [emergency]}
consent: {title: Sign, points: [We may read this], agree: I agree}
parts:
  - id: about_you
    title: About you
    pages:
      - id: filled_in_by
        questions:
          - id: filled_in_by
            kind: choose_one
            ask: "Who is filling in this form?"
            label: Filled in by
            choices: {me: Me, helper_present: "I'm helping someone, and they are with me"}
      - id: name
        title: What is your name?
        questions:
          - {id: first_name, kind: text, ask: First name, needed: true}
          - {id: last_name, kind: text, ask: Last name}
      - id: date_of_birth
        questions:
          - {id: date_of_birth, kind: date, ask: "What is your date of birth?", past: true}
  - id: health
    title: Health
    pages:
      - id: pressure
        questions:
          - {id: pressure, kind: yes_no, ask: "Do you have high blood pressure?", label: High blood pressure,
             not_sure: true, declined: true}
      - id: treated
        questions:
          - {id: treated, kind: yes_no, ask: "Is it treated?", label: Treated, not_sure: true,
             only_if: {question: pressure, is: yes}}
      - id: home
        questions:
          - {id: home, kind: yes_no, ask: "Is home a safe place for you?", label: Home, declined: true,
             sensitive: true}
      - id: takes
        questions:
          - {id: takes, kind: yes_no, ask: "Do you take any medicines?", label: Takes medicines}
      - id: medicines
        questions:
          - {id: medicines, kind: medicines, ask: "What medicines do you take?", label: Medicines,
             only_if: {question: takes, is: yes}}
      - id: more
        questions:
          - {id: more, kind: text, ask: "Is there anything else?", label: Anything else, long: true}
"""

_SOURCE = "{kind: clinic practice, title: Clinic protocol, section: Pressure, year: 2024, checked: secondary}"
_LABEL = (
    "{kind: label contraindication, title: SPRAVATO prescribing information, section: Contraindications, "
    'year: 2025, url: "https://example.org/label", checked: read}'
)
_INFERENCE = "{kind: inference, title: Clinical inference of the intake project, checked: not checked}"

RULES = f"""
about: Rules of a small clinic.
not_covered: [Eating disorders, Sleep]
rules:
  - id: pressure-untreated
    topic: hypertension_history
    title: High blood pressure, not treated
    priority: urgent
    when: {{question: treated, is: no}}
    why: Ketamine raises blood pressure.
    sources: [{_LABEL}, {_INFERENCE}]
    owner: Clinical lead
    review_by: 2027-05-20
    examples:
      - {{answers: {{pressure: yes, treated: no}}, outcome: raised}}
      - {{answers: {{pressure: no}}, outcome: not_raised}}
      - {{answers: {{pressure: not_sure}}, outcome: cannot_tell}}
  - id: pressure-known
    topic: hypertension_history
    title: High blood pressure
    priority: high
    when: {{question: pressure, is: yes}}
    why: This clinic looks at every blood pressure.
    sources: [{_SOURCE}]
    owner: Clinical lead
    review_by: 2027-05-20
    examples:
      - {{answers: {{pressure: yes}}, outcome: raised}}
      - {{answers: {{pressure: no}}, outcome: not_raised}}
      - {{answers: {{pressure: declined}}, outcome: cannot_tell}}
  - id: home-not-safe
    topic: home_safety
    title: Home is not a safe place
    priority: moderate
    when: {{question: home, is: no}}
    why: It bears on who takes a person home.
    sources: [{_INFERENCE}]
    owner: Clinical lead
    review_by: 2027-05-20
    examples:
      - {{answers: {{home: no}}, outcome: raised}}
      - {{answers: {{home: yes}}, outcome: not_raised}}
      - {{answers: {{home: declined}}, outcome: cannot_tell}}
"""

MEDICINES = """
classes: {maoi: MAO inhibitors}
medicines:
  - {id: phenelzine, name: phenelzine, classes: [maoi], brands: [Nardil]}
fillers: {around names: mg three or more times a day}
"""

LIBRARY = parse_library(QUESTIONNAIRE, RULES, MEDICINES)

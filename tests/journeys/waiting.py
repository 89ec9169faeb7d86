"""Which expectations of the vignettes wait for questions and rules of later releases, and for which.

tests/journeys/test_vignettes.py keeps the tables exact: what is covered by now has to leave
them, and what is not covered has to stand in them.
"""

# For each topic without any rule: what is missing, and the vignettes that expect something of it. A vignette
# that expects such a topic *not* to be raised is listed too, because nothing is shown by that yet.
_TOPICS = {
    "alcohol": ("not asked yet: AUDIT-C", "p01 p09 p20"),
    "benzo_misuse": ("not asked yet: misuse of anxiety and sleep medicines", "p01 p08 p10"),
    "bleeding_anticoag": ("not asked yet: blood thinners and bleeding", "p03"),
    "breastfeeding": ("not asked yet: breastfeeding", "p01 p18"),
    "cannabis": ("not asked yet: cannabis", "p09"),
    "contraception": ("not asked yet: birth control", "p18"),
    "ddi_antihypertensive": ("no rule yet: blood pressure medicines", "p02 p03 p08 p09"),
    "ddi_antipsychotic": ("no rule yet: antipsychotics", "p01 p04"),
    "ddi_cyp2b6_inhibitor": ("no rule yet: CYP2B6 inhibitors", "p03"),
    "ddi_cyp3a4_inhibitor": ("no rule yet: CYP3A4 inhibitors", "p08"),
    "ddi_ergot": ("no rule yet: ergot medicines", "p01 p07"),
    "ddi_inducer": ("no rule yet: enzyme inducers", "p07 p13 p18"),
    "ddi_lamotrigine": ("no rule yet: lamotrigine", "p13"),
    "ddi_memantine_amantadine_dxm": ("no rule yet: memantine, amantadine, DXM", "p16 p19"),
    "ddi_naltrexone": ("no rule yet: naltrexone", "p10"),
    "ddi_serotonergic_antidepressant": ("no rule yet: antidepressants", "p01 p05 p06 p08 p17"),
    "ddi_sympathomimetic_vasopressin": ("no rule yet: decongestants, vasopressors", "p01 p14"),
    "ddi_thyroid_hormone": ("no rule yet: thyroid hormone", "p18"),
    "diabetes": ("not asked yet: diabetes", "p15"),
    "eating_disorder": ("not asked yet: eating disorders", "p13 p15"),
    "escort_driver": ("not asked yet: who takes the patient home", "p01"),
    "head_injury": ("not asked yet: head injury", "p01"),
    "hearing_language_access": ("not asked yet: interpreter and hearing", "p12"),
    "homicidal": ("not asked yet: thoughts of hurting others", "p01 p04 p05 p06 p08 p09 p16"),
    "kidney_disease": ("not asked yet: kidney disease", "p11"),
    "lung_copd_asthma": ("not asked yet: lung disease", "p01 p10"),
    "migraine_pattern": ("not asked yet: headache days", "p07"),
    "myasthenia_neuromuscular": ("not asked yet: muscle disease", "p01"),
    "nicotine_caffeine": ("not asked yet: smoking and vaping", "p09"),
    "personality_trauma": ("not asked yet: how the past bears on loss of control", "p09 p13"),
    "pheochromocytoma": ("not asked yet: adrenal tumor", "p01"),
    "porphyria": ("not asked yet: porphyria", "p01"),
    "preeclampsia_postpartum": ("not asked yet: recent birth", "p01 p18"),
    "psychedelics_mdma": ("not asked yet: psychedelics", "p01"),
    "raised_icp": ("not asked yet: pressure in the head", "p01 p07"),
    "recent_surgery_illness": ("not asked yet: recent hospital stays", "p03 p16"),
    "seizure": ("not asked yet: seizures", "p01 p09 p13 p14 p16"),
    "self_harm_history": ("not asked yet: self-harm", "p01 p05 p06"),
    "severe_new_headache": ("not asked yet: new or severe headache", "p01 p07 p12 p17"),
    "sleep_apnea": ("not asked yet: sleep apnea", "p01 p10 p19 p20"),
    "stimulant_use": ("not asked yet: cocaine and other stimulants", "p01 p02 p06"),
    "thyroid": ("not asked yet: thyroid", "p01 p17 p18"),
    "vitals": ("not asked yet: heart rate at rest", "p20"),
}

# The same for a topic that has rules, where the vignette rests on an instrument that is not asked.
_INSTRUMENTS = {
    "ptsd": ("not asked yet: PC-PTSD-5 (5 of 5 is moderate)", "p09"),
}


def _by_vignette(table: dict[str, tuple[str, str]]) -> dict[tuple[str, str], str]:
    return {
        (number, topic): reason for topic, (reason, numbers) in table.items() for number in numbers.split()
    }


WAITING_FOR_TOPIC = _by_vignette(_TOPICS)
WAITING_FOR_INSTRUMENT = _by_vignette(_INSTRUMENTS)
WAITING = WAITING_FOR_TOPIC | WAITING_FOR_INSTRUMENT

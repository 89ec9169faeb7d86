"""The three processes of the product, each with keys, rights and an address of its own."""

from enum import Enum


class Process(Enum):
    """One of them, by the name that its commands, keys and database role have."""

    PATIENT = "patient"
    CLINIC = "clinic"
    WORKER = "worker"

    @property
    def words(self) -> str:
        """What it is called where a person reads of it."""
        return "the worker" if self is Process.WORKER else f"the {self.value} site"

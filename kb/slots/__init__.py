"""What a recommendation or a claim asserts, as slots: agents, quantities, population, timing, direction, strength."""

from __future__ import annotations

from kb.slots.nouns import Agent, Quantity, Role, Slots
from kb.slots.read import read_slots

__all__ = ["Agent", "Quantity", "Role", "Slots", "read_slots"]

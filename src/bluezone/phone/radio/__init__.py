"""Bluetooth: one interface, real controllers and a virtual air with a virtual clock."""

"""The version of the reading: raised with every change of rules, data or model, and kept with each stored reading."""

VERSION = "2026.11.25"

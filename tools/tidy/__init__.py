# SPDX-FileCopyrightText: 2026 The snet authors
# SPDX-License-Identifier: MIT
"""The rules of the house style that a machine can check; run by tools/tidy.py."""

"""Whether a run of today still looks like one of before: rules that fall silent, columns and units that change."""

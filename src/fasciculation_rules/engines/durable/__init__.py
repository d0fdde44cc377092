"""durable_rules, inside the narrow subset in which it is proved correct; every guard prevents a failure seen."""

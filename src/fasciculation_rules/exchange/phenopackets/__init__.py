"""GA4GH Phenopackets, version 2, as JSON: what is `excluded` there is an explicit denial here."""

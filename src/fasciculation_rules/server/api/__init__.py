"""The HTTP interface: assess, explain and compare, as other programs ask for them."""

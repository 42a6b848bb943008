"""The main pages, as the tests of widths, keys, contrast and foreign hosts walk them. They need Myanmar scored."""

MAIN_PAGES = (
    "/", "/countries/MMR/", "/countries/MMR/factors/7/", "/countries/MMR/brief/", "/compare/?countries=MMR,SDN,MLI",
    "/factors/7/", "/indicators/7.14/", "/evidence/", "/alerts/", "/method/",
)  # fmt: skip

"""The column sets in which GED has come out, by name and by their number."""

_OF_49 = """
    id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name
    dyad_dset_id dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b
    number_of_sources source_article source_office source_date source_headline source_original where_prec
    where_coordinates where_description adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id
    region event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown best
    high low gwnoa gwnob
"""
_OF_42 = """
    id year active_year type_of_violence conflict_new_id conflict_name dyad_new_id dyad_name side_a_new_id gwnoa
    side_a side_b_new_id gwnob side_b number_of_sources source_article source_office source_date source_headline
    source_original where_prec where_coordinates adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country
    country_id region event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians
    deaths_unknown low best high
"""

COLUMNS_49 = tuple(_OF_49.split())
COLUMNS_42 = tuple(_OF_42.split())
_AFTER_COUNTRY = COLUMNS_42.index("country") + 1
COLUMNS_43 = (*COLUMNS_42[:_AFTER_COUNTRY], "iso3", *COLUMNS_42[_AFTER_COUNTRY:])  # as HDX cuts it
BY_COUNT = {len(columns): columns for columns in (COLUMNS_42, COLUMNS_43, COLUMNS_49)}

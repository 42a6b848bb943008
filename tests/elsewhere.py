"""Files of other publishers, of our own making, in the form of the real ones."""

import json

ACLED_HEADER = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,"
    "actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,"
    "latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp"
)
SIGNALS_HEADER = (
    "iso3;location;region;hrp_location;indicator_id;date;alert_level;value;plot;map;plot2;other_images;summary_long;"
    "summary_short;summary_source;hdx_url;source_url;other_urls;further_information;campaign_url;campaign_date;"
    "signals_version"
)
IDMC_HEADER = "year,coo_name,coo,coo_iso,coa_name,coa,coa_iso,total"
HAPI_PLACE = "location_code,location_name,admin_level,reference_period_start,reference_period_end"


def ewp_csv(*rows: tuple[str, str], column: str = "risk_in_2022_23") -> bytes:
    """(country as the project names it, figure)."""
    lines = [f'"{name}",{figure},1' for name, figure in rows]
    return "\n".join([f'"country","{column}","rank"', *lines, ""]).encode()


def views_json(*rows: tuple[str, int, float, float]) -> bytes:
    """(ISO code, month since January 1980, mean, share)."""
    data = [
        {"isoab": iso3, "name": f"Country {iso3}", "month_id": month, "main_mean": mean, "main_dich": share}
        for iso3, month, mean, share in rows
    ]
    return json.dumps({"next_page": "", "page_count": 1, "data": data}).encode()


def signals_csv(*rows: tuple[str, str, str, str]) -> bytes:
    """(ISO code, indicator, day, level)."""
    lines = [
        f'{iso3};Country;Region;False;{indicator};{day};{level};1.0;;;;;"<b>Made up</b>;\nof two lines";;;;;;;;;1'
        for iso3, indicator, day, level in rows
    ]
    return "\n".join([SIGNALS_HEADER, *lines, ""]).encode()


def idmc_csv(*rows: tuple[int, str, str]) -> bytes:
    """(year, ISO code, people)."""
    lines = [f"{year}.0,Country,XXX,{iso3},Country,XXX,{iso3},{people}" for year, iso3, people in rows]
    return "\n".join([IDMC_HEADER, *lines, ""]).encode()


def hapi_events_csv(*rows: tuple[str, int, str, int]) -> bytes:
    """(ISO code, administrative level, kind, events in May 2024)."""
    lines = [
        f"{iso3},Country,{level},2024-05-01T00:00:00,2024-05-31T23:59:59,{kind},{events}"
        for iso3, level, kind, events in rows
    ]
    return "\n".join([f"{HAPI_PLACE},event_type,events", *lines, ""]).encode()


def hapi_risk_csv(*rows: tuple[str, float]) -> bytes:
    """(ISO code, risk for 2024)."""
    lines = [f"{iso3},Country,0,2024-01-01,2024-12-31,3,{risk}" for iso3, risk in rows]
    return "\n".join([f"{HAPI_PLACE},global_rank,overall_risk", *lines, ""]).encode()


def acled_csv(*rows: tuple[str, str, int, int]) -> bytes:
    """(id, day, ISO number, deaths): made-up events of political violence."""
    lines = [
        f'{event},{day},2024,1,Political violence,Battles,Armed clash,"Side, A",,1,Side B,,2,12,,{iso},Asia,'
        f'Made-up Land,A1,A2,A3,Place,1.0,2.0,1,Nobody,Other,"Nothing, and nobody",{deaths},,1700000000'
        for event, day, iso, deaths in rows
    ]
    return ("\ufeff" + "\n".join([ACLED_HEADER, *lines, ""])).encode()

"""The published figures, and the few assumptions, that the synthetic city is drawn from.

Every figure names its source. What no source gave is called an assumption, so that nobody mistakes it for a finding.
"""

from dataclasses import dataclass
from datetime import date

NEWEST_BIRTH_YEAR = 2025
EXTRACTED_ON = date(2026, 1, 2)


@dataclass(frozen=True)
class District:
    """One stadsdelsområde: people, share with foreign background, share of households in houses, postcodes."""

    name: str
    people: int
    foreign_background: float
    houses: float
    postcodes: tuple[int, ...]
    pickup_place: str


# The eleven stadsdelsområden since 2023-07-01: Rinkeby-Kista and Spånga-Tensta became Järva, Norrmalm and Östermalm
# became Norra innerstaden. People: City of Stockholm and Sweco, forecast for 2021 by district
# (statistik.stockholm.se, table a1), the merged districts summed. Foreign background 2011: same, table a7, weighted.
# Share of houses, postcode areas and pick-up places: assumptions of the right order of size.
DISTRICTS = (
    District("Järva", 94030, 0.69, 0.15, (163, 164), "Lövsta återvinningscentral"),
    District("Hässelby-Vällingby", 76542, 0.36, 0.28, (162, 165), "Lövsta återvinningscentral"),
    District("Bromma", 85650, 0.18, 0.27, (161, 167, 168), "Bromma återvinningscentral"),
    District("Kungsholmen", 71295, 0.18, 0.01, (112,), "Bromma återvinningscentral"),
    District("Norra innerstaden", 151187, 0.20, 0.01, (111, 113, 114, 115), "Roslagstull återvinningscentral"),
    District("Södermalm", 129320, 0.18, 0.01, (116, 117, 118), "Östberga återvinningscentral"),
    District("Enskede-Årsta-Vantör", 104674, 0.33, 0.15, (120, 122, 124), "Vantör återvinningscentral"),
    District("Skarpnäck", 47572, 0.27, 0.12, (121, 128), "Skarpnäck återvinningscentral"),
    District("Farsta", 59945, 0.31, 0.16, (123,), "Vantör återvinningscentral"),
    District("Hägersten-Älvsjö", 130135, 0.22, 0.17, (125, 126, 129), "Östberga återvinningscentral"),
    District("Skärholmen", 37562, 0.66, 0.08, (127,), "Sätra återvinningscentral"),
)

# Age structure of the city 2016, per cent, five-year bands, the last 80 and over (statistik.stockholm.se, sheet b229).
AGE_BANDS = (6.6, 5.8, 4.8, 4.4, 6.0, 9.5, 9.4, 8.1, 7.3, 6.4, 6.5, 5.6, 5.1, 4.5, 4.0, 2.4, 3.8)

# Households of people aged 20 and over, 2016 (statistik.stockholm.se, sheet b188): single, couple, other.
# That "other" means three adults is an assumption.
HOUSEHOLDS = {1: 94770 + 124377, 2: 157878, 3: 46476}

# Children under 20 living with an adult aged 25 to 58; one, two or three of them. Assumption.
CHILDREN_IN_HOUSEHOLD = {1: 0.45, 2: 0.42, 3: 0.13}
PARENT_AGE_GAP = (31.0, 5.0)

# Shares of internet users by lowest age: SCB, Befolkningens it-användning 2022 (16-64 over 96 %, 65-74 nine in ten,
# 75-85 eight in ten); from 86 Svenskarna och internet 2017 (56 % of those over 76). Children under 13: nothing stored.
INTERNET = {0: 0.0, 13: 0.97, 65: 0.90, 75: 0.80, 86: 0.56}

# Of those who use the internet, the share whose address the city knows. Assumptions; Svenskarna och internet 2022
# has 91 % of people over 16 with an electronic identity, which bounds the mailbox.
KNOWN_EMAIL, KNOWN_MOBILE, DIGITAL_MAILBOX = 0.75, 0.80, 0.65
MAILBOX_OPERATORS = {"Kivra": 0.86, "Min myndighetspost": 0.12, "Billo": 0.02}
SHARED_EMAIL_HOUSEHOLDS = 0.06

# A quarter of those with foreign background have chosen another language than Swedish. Assumption, as are the shares.
CHOOSES_OTHER_LANGUAGE = 0.25
LANGUAGES = {"en": 0.38, "ar": 0.16, "so": 0.09, "fa": 0.08, "es": 0.08, "fi": 0.07, "pl": 0.06, "ti": 0.04, "tr": 0.04}
EASY_READ = 0.03

# 42 % of the households sort their food waste (the campaign's baseline); who does not may still have the bin.
SORTS_FOOD_WASTE, BIN_WITHOUT_SORTING = 0.42, 0.55

# Guardians stand in their register from the year before the preschool class, which begins the year a child turns six,
# to the last year of compulsory school. Share of the guardians who had chosen a school when the extract was taken, by
# household: an assumption.
AGES_WITH_GUARDIANS = (4, 15)
CHOSEN_SCHOOL = 0.35

# Reserved for books and films by Post- och telestyrelsen: 070-174 06 05 to 070-174 06 99.
FIRST_MOBILE, LAST_MOBILE = 701740605, 701740699
EMAIL_DOMAINS = ("example.se", "example.com", "example.org")

# About 45,000 of a million inhabitants work for the city. Units and shares: assumptions, except that the customer
# service is never smaller than twelve, so that an internal wave is never aimed at a handful of people.
EMPLOYEES_PER_PERSON, FEWEST_EMPLOYEES, FEWEST_IN_CUSTOMER_SERVICE = 0.045, 60, 12
UNITS = {"Kundservice": 0.01, "Utbildning": 0.42, "Äldreomsorg": 0.24, "Förskola": 0.25, "Stadsledning": 0.08}
PURPOSES = {"newsletter": 0.9, "dialogue": 0.3, "culture": 0.3, "work_in_the_city": 0.4}  # shares: assumptions
SUBSCRIBES = 0.05

# The dirt of real extracts: share of the rows in question, at least one row of each. Assumptions, but for protected
# identity: about 26,000 of 10.5 million people (Skatteverket 2022).
DIRT = {
    "dead": 0.004,
    "emigrated": 0.002,
    "moved": 0.006,
    "protected": 0.0025,
    "email_untidy": 0.02,
    "email_broken": 0.006,
    "mobile_broken": 0.003,
    "apartment_missing": 0.02,
    "postcode_empty": 0.004,
    "number_wrong": 0.001,
    "duplicate": 0.005,
}

"""A fifth set, written down blind: faults and clean outputs in the layouts of reports people really send.

They were judged once as they came; what was missed then, or named at another cell, was mended in general.
"""

# Each output reads best on few lines.
# ruff: noqa: E501

from __future__ import annotations

from tests.confidentiality.output_check.fourth_set import book, encoded, folders
from tests.confidentiality.output_check.made_up import Case
from tests.confidentiality.output_check.third_set import bad, file

FIFTH = (
    bad("an exact total under rounded parts", file("t.csv", "Age group,Number of clients", "0 to 14,120", "15 to 24,99",
        "25 and over,210", "Total,431"), "not_rounded", "B5"),
    bad("thousands with blanks", file("t.csv", "Region;Clients", "Auckland;12 345", "Otago;3 301", "Southland;1 203"), "not_rounded", "B3"),
    bad("quarters across, one small", file("t.csv", "Service,2025Q1,2025Q2,2025Q3,2025Q4", "Counselling,60,63,66,72",
        "Housing,12,9,3,15", "Budgeting,30,33,30,27"), "small_count", "D3"),
    bad("a share that gives an exact count", file("t.csv", "Ethnic group,Clients,Per cent of clients", "European,150,49.7",
        "Maori,120,39.9", "Pacific peoples,60,19.8", "Total,300,100.0"), "not_from_rounded", "C2 C3"),
    bad("a row of minimum and maximum", file("t.csv", "Measure,N,Mean,SD,Min,Max", "Days in care,300,41.2,12.0,1,365",
        "Visits,300,6.1,2.2,0,41"), "minmax", "E2 F2"),
    bad("quartiles of eleven people", file("t.csv", "Group,N,P25,P50,P75", "A,300,10,22,40", "B,12,4,9,30"), "thin_quantile", "C3 E3"),
    bad("a client number in a column", file("t.csv", "client_id,age,region", "A10032,34,Otago", "A10077,29,Otago", "A10101,51,Northland"),
        "identifier", "A1"),
    bad("dates of birth", file("t.csv", "date_of_birth,visits", "1984-03-12,4", "1991-11-02,9", "1979-01-30,2"), "identifier not_rounded small_count", "A2 A3 A4"),
    bad("email of a case worker in a note", file("t.csv", "Region,People", "Northland,30", "Otago,18", "Questions to kim@example.org.nz,"),
        "identifier", "A4"),
    bad("fewer than five in a footnote", file("t.csv", "Region,People", "Northland,30", "Otago,S", "Note: in Otago there were 4 people,"),
        "small_in_words", "A4"),
    bad("a mean of seven", file("t.csv", "Group,People,Mean income ($)", "A,300,41200", "B,9,38300"), "thin_amount", "C3"),
    bad("a total with no count", file("t.csv", "Group,Total payments ($)", "A,1234567", "B,876543"), "amount_without_count", verdict="review"),
    bad("hazard ratios with events", file("t.csv", "term,HR,lower,upper,events,n", "Reached,0.81,0.70,0.94,211,1245", "Age,1.01,1.00,1.02,211,1245"),
        "not_rounded", "E2 E3"),
    bad("an R summary in text", file("t.txt", "Call:", "lm(formula = wages ~ reached)", "", "Residual standard error: 0.41 on 1243 degrees of freedom",
        "Multiple R-squared:  0.31", "F-statistic: 33.1 on 2 and 1243 DF"), "model_exact_n other_file"),
    bad("rounded to five", file("t.csv", "Region,Clients", "Northland,35", "Otago,20", "Southland,115", "Taranaki,50", "Waikato,205", "Gisborne,70"),
        "conventional_base not_rounded", "B4 B6"),
    bad("two genders that add to one more", file("t.csv", "Region,Female,Male,Total", "Northland,15,15,30", "Otago,9,9,19", "Southland,60,63,123"),
        "not_rounded", "D3"),
    bad("weeks of a running total", file("t.csv", "Week,People so far", "1,30", "2,42", "3,45", "4,60"), "small_step", "B4", verdict="review"),
    bad("one school in a row", folders([["school", "raw_students", "raw_n_schools"], ["North", 120, 4], ["South", 90, 1]],
        [["school", "students"], ["North", 120], ["South", 90]]), "thin_entities", "B3", "CONF/t.csv"),
    bad("every client did", file("t.csv", "Group,Clients,With a job,Share (%)", "A,60,60,100.0", "B,30,21,70.0"), "whole_group", "D2", verdict="review"),
    bad("suppressed as dots whose note tells", file("t.csv", "Region,People", "Northland,30", "Otago,..", ".. means 1 or 2 people,"), "small_in_words", "A4"),
    bad("a workbook with a comment", book([["Region", "People"], ["Northland", 30], ["Otago", 4]]), "not_rounded small_count", "B3", "t.xlsx", sheet="Table"),
    bad("minus a few", file("t.csv", "Region,2024,2025,Change", "Northland,30,36,6", "Otago,18,24,5", "Southland,60,57,-3"), "not_from_rounded", "D3"),
    bad("counts in words across", file("t.csv", "Measure,Value", "Clients,301", "Average age,41.2", "Referrals,96"), "not_rounded", "B2"),
    bad("top ten by name", file("t.csv", "Name,Visits", "Aroha Example,41", "Ben Invented,39", "Cara Nobody,33"), "identifier not_rounded", "A1 B2"),
    bad("a rate per hundred of raw", file("t.csv", "Age,Reached,Eligible,Coverage %", "0-14,120,600,20.1", "15-24,99,900,11.0"), "not_from_rounded", "D2"),
    bad("an exact n in a heading", file("t.csv", "Outcome,Participants (n=247),Comparison (n=1203)", "In work (%),61.2,55.0", "On a benefit (%),22.1,30.3"),
        "exact_in_words ratio_without_counts", "B1"),
    bad("effects without a number of people", file("t.csv", "Outcome,Effect,Std error,Lower 95%,Upper 95%", "In work,0.031,0.012,0.007,0.055",
        "On a benefit,-0.020,0.011,-0.042,0.002"), "model_people", "B2", verdict="review"),
    bad("a survival curve, a person looks", file("t.csv", "Month,At risk,Events,Still enrolled (%)", "0,600,S,", "6,540,60,90.0", "12,483,57,80.5"),
        "ratio_without_counts", "D3 D4", verdict="review"),
    bad("a change that is nobody's difference", file("t.csv", "Region,2024,2025,Difference", "Northland,30,36,6", "Otago,18,24,5", "Southland,60,57,-3",
        "Gisborne,60,63,3"), "not_from_rounded", "D3"),
    bad("an exact number under one year", file("t.csv", "Measure,2025", "Clients,301", "Average age,41.2", "Referrals,96"), "not_rounded", "B2"),
    bad("an exact number beside a coverage", file("t.csv", "Age,Reached,Eligible,Coverage %", "0-14,121,600,20.2", "15-24,99,900,11.0"), "not_rounded", "B2"),
)  # fmt: skip

FIFTH_CLEAN = (
    Case("one hidden, all rounded", file("t.csv", "Sex,Clients", "Female,150", "Male,120", "Another gender,S", "Total,273")),
    Case("small areas by number", file("t.csv", "SA12023_V1_00,People", "7001234,12", "7001235,18", "7001240,9")),
    Case("changes of rounded counts", file("t.csv", "Region,2024,2025,Change", "Northland,30,36,6", "Otago,18,24,6", "Southland,60,57,-3",
        "Gisborne,60,63,3", "Tasman,60,60,0")),
    Case("changes from the year before", file("t.csv", "Year,Clients,Change from year before", "2022,300,", "2023,330,30", "2024,327,-3", "2025,327,0")),
    Case("statistics down, one year", file("t.csv", "Statistic,2025", "Number of clients,300", "Mean age,41.2", "Median age,39")),
    Case("quarters across", file("t.csv", "Service,2025Q1,2025Q2,2025Q3,2025Q4", "Counselling,60,63,66,72", "Housing,12,9,S,15", "Budgeting,30,33,30,27")),
    Case("amounts and counts with units in the heading", file("t.csv", "Group,People,Mean income ($)", "A,300,41200", "B,90,38300")),
    Case("a percentile table of many", file("t.csv", "Group,N,P25,P50,P75", "A,300,10,22,40", "B,120,4,9,30")),
    Case("coefficients with confidence limits", file("t.csv", "term,estimate,std_error,ci_low,ci_high,n", "Reached,0.041,0.015,0.012,0.070,1245",
        "Age,0.010,0.002,0.006,0.014,1245")),
    Case("areas with codes", file("t.csv", "TA code,Territorial authority,People", "076,Auckland,1200", "071,Dunedin City,330", "060,Christchurch City,900")),
    Case("years down", file("t.csv", "Year,Clients,Visits", "2021,300,1200", "2022,330,1263", "2023,351,1290", "2024,360,1308")),
    Case("months as dates", file("t.csv", "Month,Clients", "2025-01-01,30", "2025-02-01,36", "2025-03-01,42")),
    Case("title, source and notes round a table", book([["Table 4: Clients by region, 2025"], ["Source: Integrated Data Infrastructure, October 2025"], [],
        ["Region", "Clients"], ["Northland", 30], ["Otago", 18], ["Southland", "S"], [], ["Notes"], ["S means suppressed. Counts are rounded at random to base 3."]])),
    Case("shares of rounded", file("t.csv", "Ethnic group,Clients,Per cent of clients", "European,150,50.0", "Maori,120,40.0", "Pacific peoples,60,20.0", "Total,300,100.0")),
    Case("grr", file("t.csv", "Region,Clients (GRR)", "Northland,18", "Otago,25", "Southland,140", "Waikato,1300")),
    Case("thousands with commas and a total", file("t.csv", "Region,Clients", '"Auckland","12,345"', '"Otago","3,300"', '"Total","15,642"')),
    Case("semicolons, decimal comma", encoded("t.csv", "utf-8", "Group;People;Mean days", "A;300;41,2", "B;60;44,0")),
    Case("age bands that look like dates", file("t.csv", "Age,People", "5-9,30", "10-14,36", "15-19,42")),
    Case("deciles of deprivation", file("t.csv", "NZDep decile,Clients,Eligible", "1,30,600", "2,33,630", "3,45,690", "4,51,720", "5,60,750")),
)  # fmt: skip

-- What the audience stage tells about people: contacts left, the drawn cluster, the audience's profile and overlaps.

ALTER TABLE audience ADD COLUMN contacts_left INTEGER;
ALTER TABLE audience ADD COLUMN cluster_key VARCHAR;
COMMENT ON COLUMN audience.contacts_left IS 'Contacts this person may still get in the campaign under the city''s contact budget and the brief''s contact_cap, at most one per wave to the public; null in runs selected before this was counted.';
COMMENT ON COLUMN audience.cluster_key IS 'Least person_key of the cluster that was drawn as one: a household, sharers of an address, guardians of a child; null where no draw was made.';
COMMENT ON COLUMN audience.household_key IS 'Pseudonym of the household.';
COMMENT ON COLUMN audience.segment IS 'Segment: need or life situation, message language, reachability, easy read and, where fewer than the waves to the public, contacts left; coarsened to at least 10 persons.';
COMMENT ON COLUMN audience.excluded_reason IS 'protected, dead, emigrated, moved, objected, consent_withdrawn, suppressed, no_consent, stale_extract, earlier_edition, contact_cap, unreachable, over_budget or other_wave (reached in another wave); null where not excluded.';
COMMENT ON COLUMN effect.standard_error IS 'Standard error of the difference, robust to clusters as they were drawn (audience.cluster_key).';

CREATE TABLE audience_profile (
    run VARCHAR, wave VARCHAR, dimension VARCHAR, value VARCHAR, persons BIGINT, share DOUBLE,
    city_persons BIGINT, city_share DOUBLE, missed_before_share DOUBLE
);
COMMENT ON TABLE audience_profile IS 'One row per run, wave, dimension and value: how many persons of the audience; counts that would show or give away a group below 10 are null.';
COMMENT ON COLUMN audience_profile.run IS 'The run.';
COMMENT ON COLUMN audience_profile.wave IS 'Wave of the brief.';
COMMENT ON COLUMN audience_profile.dimension IS 'standing, reachability, address_kind, language, easy_read, district, age, or a column of knowledge such as need; standing is of the whole audience, every other of those who may be contacted or are held out.';
COMMENT ON COLUMN audience_profile.value IS 'Value within the dimension; unknown where there is none.';
COMMENT ON COLUMN audience_profile.persons IS 'Persons; null where hidden.';
COMMENT ON COLUMN audience_profile.share IS 'Persons as a share 0-1 of those that the dimension is about; null where hidden.';
COMMENT ON COLUMN audience_profile.city_persons IS 'Persons of the city with the value, from the population register, without protected households, dead and moved; null where hidden or not known for the city.';
COMMENT ON COLUMN audience_profile.city_share IS 'City persons as a share 0-1 of the city; null where hidden or not known for the city.';
COMMENT ON COLUMN audience_profile.missed_before_share IS 'Share 0-1 of the persons whom earlier campaigns meant to reach and did not; null where fewer than 10 were meant, missed or reached, and where it would give such a group away.';

CREATE TABLE audience_overlap (
    run VARCHAR, wave VARCHAR, other_run VARCHAR, title VARCHAR, sender VARCHAR, other_wave VARCHAR,
    starts_at TIMESTAMPTZ, persons BIGINT, share DOUBLE
);
COMMENT ON TABLE audience_overlap IS 'One row per run, wave and wave of another run within the days of the contact budget that meets the same people (S1).';
COMMENT ON COLUMN audience_overlap.run IS 'The run.';
COMMENT ON COLUMN audience_overlap.wave IS 'Wave of the brief.';
COMMENT ON COLUMN audience_overlap.other_run IS 'The other run.';
COMMENT ON COLUMN audience_overlap.title IS 'Title of the other campaign.';
COMMENT ON COLUMN audience_overlap.sender IS 'Sender of the other campaign.';
COMMENT ON COLUMN audience_overlap.other_wave IS 'Wave of the other run.';
COMMENT ON COLUMN audience_overlap.starts_at IS 'When the other wave starts.';
COMMENT ON COLUMN audience_overlap.persons IS 'Persons whom both mean to contact; null where they, or those outside, are fewer than 10.';
COMMENT ON COLUMN audience_overlap.share IS 'Those persons as a share 0-1 of this audience; null where hidden.';

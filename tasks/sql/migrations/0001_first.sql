-- The first schema. Meanings and units stand as comments in the database itself; docs/data.md is printed from them.
-- Private tables (never copied to the snapshot): identity, message_slot.

CREATE TABLE schema_migration (version INTEGER, applied_at TIMESTAMPTZ);
COMMENT ON TABLE schema_migration IS 'One row per applied schema change.';
COMMENT ON COLUMN schema_migration.version IS 'Number of the migration file.';
COMMENT ON COLUMN schema_migration.applied_at IS 'When it was applied.';

CREATE TABLE register_extract (
    kind VARCHAR, extracted_on DATE, imported_at TIMESTAMPTZ, source_sha256 VARCHAR,
    rows_read BIGINT, rows_accepted BIGINT, rows_rejected BIGINT, rows_merged BIGINT
);
COMMENT ON TABLE register_extract IS 'One row per kind of register: the extract now in use.';
COMMENT ON COLUMN register_extract.kind IS 'population, guardians, employees, customers or subscribers.';
COMMENT ON COLUMN register_extract.extracted_on IS 'Date the extract was taken from its source register.';
COMMENT ON COLUMN register_extract.imported_at IS 'When it was imported here.';
COMMENT ON COLUMN register_extract.source_sha256 IS 'SHA-256 of the imported file, hexadecimal.';
COMMENT ON COLUMN register_extract.rows_read IS 'Rows in the file.';
COMMENT ON COLUMN register_extract.rows_accepted IS 'Rows that became persons.';
COMMENT ON COLUMN register_extract.rows_rejected IS 'Rows written to the rejects file, each with its reason.';
COMMENT ON COLUMN register_extract.rows_merged IS 'Rows merged into another row of the same person.';

CREATE TABLE person (
    kind VARCHAR, person_key VARCHAR, household_key VARCHAR, birth_year SMALLINT, district VARCHAR, area VARCHAR,
    language VARCHAR, easy_read BOOLEAN, status VARCHAR, protected BOOLEAN, guardian_of VARCHAR, unit VARCHAR,
    consent_purposes VARCHAR[], attributes MAP(VARCHAR, VARCHAR)
);
COMMENT ON TABLE person IS 'One row per kind of register and person, without names or addresses.';
COMMENT ON COLUMN person.kind IS 'Register the row comes from.';
COMMENT ON COLUMN person.person_key IS 'Pseudonym: keyed SHA-256 of the personal number, 32 hexadecimal characters.';
COMMENT ON COLUMN person.household_key IS 'Pseudonym of the household; of the person where no household is known.';
COMMENT ON COLUMN person.birth_year IS 'Year of birth.';
COMMENT ON COLUMN person.district IS 'Stadsdelsområde.';
COMMENT ON COLUMN person.area IS 'First three digits of the postcode.';
COMMENT ON COLUMN person.language IS 'The language the person has chosen, a BCP 47 tag; sv where none is chosen.';
COMMENT ON COLUMN person.easy_read IS 'The person has asked for easy-to-read texts.';
COMMENT ON COLUMN person.status IS 'alive, dead, emigrated or moved.';
COMMENT ON COLUMN person.protected IS 'Protected identity; such a person and the household never enter an audience.';
COMMENT ON COLUMN person.guardian_of IS 'person_keys of the children, joined by commas, in the guardians register.';
COMMENT ON COLUMN person.unit IS 'Organisational unit, in the employees register.';
COMMENT ON COLUMN person.consent_purposes IS 'Purposes consented to, in the subscribers register.';
COMMENT ON COLUMN person.attributes IS 'Further declared columns of the register file, as text.';

CREATE TABLE identity (
    kind VARCHAR, person_key VARCHAR, first_name VARCHAR, last_name VARCHAR, street VARCHAR, apartment VARCHAR,
    postcode VARCHAR, city VARCHAR, email VARCHAR, mobile VARCHAR, digital_mailbox VARCHAR
);
COMMENT ON TABLE identity IS 'Private, never in the snapshot: names and addresses, one row per kind of register and person.';
COMMENT ON COLUMN identity.kind IS 'Register the row comes from.';
COMMENT ON COLUMN identity.person_key IS 'Pseudonym of the person.';
COMMENT ON COLUMN identity.first_name IS 'Given name.';
COMMENT ON COLUMN identity.last_name IS 'Surname.';
COMMENT ON COLUMN identity.street IS 'Street and number.';
COMMENT ON COLUMN identity.apartment IS 'Apartment number, four digits; empty where the register has none.';
COMMENT ON COLUMN identity.postcode IS 'Postcode as NNN NN.';
COMMENT ON COLUMN identity.city IS 'Postal town.';
COMMENT ON COLUMN identity.email IS 'Validated e-mail address, lower case; empty where none is usable.';
COMMENT ON COLUMN identity.mobile IS 'Validated mobile number, E.164; empty where none is usable.';
COMMENT ON COLUMN identity.digital_mailbox IS 'Name of the digital mailbox operator; empty where none.';

CREATE TABLE contact_point (
    kind VARCHAR, person_key VARCHAR, address_kind VARCHAR, address_key VARCHAR, sharers INTEGER
);
COMMENT ON TABLE contact_point IS 'One row per register, person and usable address, pseudonymous.';
COMMENT ON COLUMN contact_point.kind IS 'Register the row comes from.';
COMMENT ON COLUMN contact_point.person_key IS 'Pseudonym of the person.';
COMMENT ON COLUMN contact_point.address_kind IS 'email, mobile, digital_mailbox or postal.';
COMMENT ON COLUMN contact_point.address_key IS 'Pseudonym of the address: keyed SHA-256, 32 hexadecimal characters.';
COMMENT ON COLUMN contact_point.sharers IS 'Persons of the same register with this address.';

CREATE TABLE suppression (
    sequence BIGINT, decided_at TIMESTAMPTZ, subject_key VARCHAR, purpose VARCHAR, reason VARCHAR, source VARCHAR
);
COMMENT ON TABLE suppression IS 'One row per suppression, from the decision log.';
COMMENT ON COLUMN suppression.sequence IS 'Number of the decision in the decision log.';
COMMENT ON COLUMN suppression.decided_at IS 'When it was decided.';
COMMENT ON COLUMN suppression.subject_key IS 'person_key or address_key that must not be contacted.';
COMMENT ON COLUMN suppression.purpose IS 'Purpose it holds for; all for every purpose.';
COMMENT ON COLUMN suppression.reason IS 'opt_out, objection, consent_withdrawn, bounce or complaint.';
COMMENT ON COLUMN suppression.source IS 'Way it came in: command, import, link or gateway.';

CREATE TABLE run (
    run VARCHAR, campaign VARCHAR, edition VARCHAR, title VARCHAR, folder VARCHAR, state VARCHAR, brief JSON,
    digest VARCHAR, digest_parts JSON, design JSON, prepared_at TIMESTAMPTZ, changed_at TIMESTAMPTZ
);
COMMENT ON TABLE run IS 'One row per run: a campaign in one edition.';
COMMENT ON COLUMN run.run IS 'Identity: campaign and edition, joined by a hyphen.';
COMMENT ON COLUMN run.campaign IS 'Name of the campaign folder.';
COMMENT ON COLUMN run.edition IS 'Edition as written in the brief.';
COMMENT ON COLUMN run.title IS 'Title of the campaign.';
COMMENT ON COLUMN run.folder IS 'Path of the campaign folder when it was prepared.';
COMMENT ON COLUMN run.state IS 'preparing, prepared, approved, scheduled, publishing, paused, published, evaluating, closed or stopped.';
COMMENT ON COLUMN run.brief IS 'The whole brief as JSON.';
COMMENT ON COLUMN run.digest IS 'SHA-256 over brief, texts, variants, audience keys and plan; what an approval binds.';
COMMENT ON COLUMN run.digest_parts IS 'SHA-256 of every part that the digest covers, by name.';
COMMENT ON COLUMN run.design IS 'Design of the experiment and of the plan: sizes, designed half-width, expected effect, cost.';
COMMENT ON COLUMN run.prepared_at IS 'When it was last prepared.';
COMMENT ON COLUMN run.changed_at IS 'When the state last changed.';

CREATE TABLE audience (
    run VARCHAR, wave VARCHAR, person_key VARCHAR, household_key VARCHAR, kind VARCHAR, segment VARCHAR,
    language VARCHAR, facts MAP(VARCHAR, VARCHAR), arm VARCHAR, excluded_reason VARCHAR
);
COMMENT ON TABLE audience IS 'One row per run, wave and person that the audience query gave.';
COMMENT ON COLUMN audience.run IS 'The run.';
COMMENT ON COLUMN audience.wave IS 'Wave of the brief.';
COMMENT ON COLUMN audience.person_key IS 'Pseudonym of the person.';
COMMENT ON COLUMN audience.household_key IS 'Pseudonym of the household; the cluster in every analysis.';
COMMENT ON COLUMN audience.kind IS 'Register that gave the person and the addresses.';
COMMENT ON COLUMN audience.segment IS 'Segment: need or life situation, message language, reachability and easy read, coarsened to at least 10 persons.';
COMMENT ON COLUMN audience.language IS 'Language of the message this person gets.';
COMMENT ON COLUMN audience.facts IS 'Declared facts of the person that a text may branch on.';
COMMENT ON COLUMN audience.arm IS 'treated or holdout; null where excluded before the draw or where the wave has no holdout.';
COMMENT ON COLUMN audience.excluded_reason IS 'protected, dead, emigrated, moved, suppressed, stale_extract, earlier_edition, contact_cap, unreachable or over_budget; null where not excluded.';

CREATE TABLE plan (
    run VARCHAR, wave VARCHAR, segment VARCHAR, channel VARCHAR, persons BIGINT, expected_effect DOUBLE,
    cost_sek DOUBLE, co2_kg DOUBLE, reason VARCHAR
);
COMMENT ON TABLE plan IS 'One row per run, wave, segment and channel.';
COMMENT ON COLUMN plan.run IS 'The run.';
COMMENT ON COLUMN plan.wave IS 'Wave of the brief.';
COMMENT ON COLUMN plan.segment IS 'Segment; all for channels without addresses.';
COMMENT ON COLUMN plan.channel IS 'Channel; none for persons whom no channel reaches within the brief.';
COMMENT ON COLUMN plan.persons IS 'Persons.';
COMMENT ON COLUMN plan.expected_effect IS 'Expected number of persons who act because of the contact.';
COMMENT ON COLUMN plan.cost_sek IS 'Planned cost, kronor.';
COMMENT ON COLUMN plan.co2_kg IS 'Planned carbon dioxide equivalents, kilograms.';
COMMENT ON COLUMN plan.reason IS 'Why the channel got these persons, in the language of the settings.';

CREATE TABLE assignment (
    run VARCHAR, wave VARCHAR, person_key VARCHAR, channel VARCHAR, variant VARCHAR, message_id VARCHAR
);
COMMENT ON TABLE assignment IS 'One row per run, wave and assigned person.';
COMMENT ON COLUMN assignment.run IS 'The run.';
COMMENT ON COLUMN assignment.wave IS 'Wave of the brief.';
COMMENT ON COLUMN assignment.person_key IS 'Pseudonym of the person.';
COMMENT ON COLUMN assignment.channel IS 'Channel chosen for the person.';
COMMENT ON COLUMN assignment.variant IS 'Variant the person gets.';
COMMENT ON COLUMN assignment.message_id IS 'Message that reaches the person; members of a household share the id of one letter.';

CREATE TABLE variant (
    run VARCHAR, variant VARCHAR, wave VARCHAR, channel VARCHAR, language VARCHAR,
    subject VARCHAR, text VARCHAR, html VARCHAR, template BLOB, slots VARCHAR[], digest VARCHAR
);
COMMENT ON TABLE variant IS 'One row per run and distinct text.';
COMMENT ON COLUMN variant.run IS 'The run.';
COMMENT ON COLUMN variant.variant IS 'Identity: channel, language and a short digest of the text.';
COMMENT ON COLUMN variant.wave IS 'Wave of the brief.';
COMMENT ON COLUMN variant.channel IS 'Channel.';
COMMENT ON COLUMN variant.language IS 'BCP 47 tag.';
COMMENT ON COLUMN variant.subject IS 'Subject or page title, with slots unfilled.';
COMMENT ON COLUMN variant.text IS 'Plain text, with slots unfilled.';
COMMENT ON COLUMN variant.html IS 'HTML, with slots unfilled; empty where the channel has none.';
COMMENT ON COLUMN variant.template IS 'The bytes that slots are joined into: for e-mail the whole MIME message.';
COMMENT ON COLUMN variant.slots IS 'Names of the slots that the template prints.';
COMMENT ON COLUMN variant.digest IS 'SHA-256 over subject, text, html and template.';

CREATE TABLE variant_choice (
    run VARCHAR, wave VARCHAR, channel VARCHAR, language VARCHAR, facts MAP(VARCHAR, VARCHAR), variant VARCHAR
);
COMMENT ON TABLE variant_choice IS 'One row per run, wave, channel, language and combination of facts: the text that combination gets.';
COMMENT ON COLUMN variant_choice.run IS 'The run.';
COMMENT ON COLUMN variant_choice.wave IS 'Wave of the brief.';
COMMENT ON COLUMN variant_choice.channel IS 'Channel.';
COMMENT ON COLUMN variant_choice.language IS 'BCP 47 tag.';
COMMENT ON COLUMN variant_choice.facts IS 'Combination of fact values, every declared fact.';
COMMENT ON COLUMN variant_choice.variant IS 'Variant for the combination; identical texts share one.';

CREATE TABLE message (
    run VARCHAR, message_id VARCHAR, wave VARCHAR, channel VARCHAR, variant VARCHAR, person_key VARCHAR,
    shard VARCHAR, cost_sek DOUBLE, co2_kg DOUBLE, planned_at TIMESTAMPTZ
);
COMMENT ON TABLE message IS 'One row per planned message; never changed after publishing began.';
COMMENT ON COLUMN message.run IS 'The run.';
COMMENT ON COLUMN message.message_id IS 'Keyed SHA-256 of run, person, channel and wave, 32 hexadecimal characters.';
COMMENT ON COLUMN message.wave IS 'Wave of the brief.';
COMMENT ON COLUMN message.channel IS 'Channel.';
COMMENT ON COLUMN message.variant IS 'Variant that is sent.';
COMMENT ON COLUMN message.person_key IS 'Pseudonym of the recipient; null for channels without addresses.';
COMMENT ON COLUMN message.shard IS 'Shard file that holds the message.';
COMMENT ON COLUMN message.cost_sek IS 'Cost of one message, kronor.';
COMMENT ON COLUMN message.co2_kg IS 'Carbon dioxide equivalents of one message, kilograms.';
COMMENT ON COLUMN message.planned_at IS 'When the shard was written.';

CREATE TABLE delivery_event (
    run VARCHAR, message_id VARCHAR, segment VARCHAR, "offset" BIGINT, happened_at TIMESTAMPTZ, status VARCHAR,
    attempt SMALLINT, code VARCHAR, provider_ref VARCHAR
);
COMMENT ON TABLE delivery_event IS 'One row per journal record; (segment, offset) names the record it was merged from.';
COMMENT ON COLUMN delivery_event.run IS 'The run.';
COMMENT ON COLUMN delivery_event.message_id IS 'The message.';
COMMENT ON COLUMN delivery_event.segment IS 'Journal file; its name orders the epochs of a shard.';
COMMENT ON COLUMN delivery_event."offset" IS 'Byte offset of the record in the journal file.';
COMMENT ON COLUMN delivery_event.happened_at IS 'When it happened.';
COMMENT ON COLUMN delivery_event.status IS 'marked, accepted, rejected, deferred, unknown, suppressed, expired, cancelled, delivered, soft_bounce, hard_bounce or complaint.';
COMMENT ON COLUMN delivery_event.attempt IS 'Attempt, from 1.';
COMMENT ON COLUMN delivery_event.code IS 'Reply code or reason, never the reply text.';
COMMENT ON COLUMN delivery_event.provider_ref IS 'Reference given by the gateway.';

CREATE TABLE approval (
    run VARCHAR, digest VARCHAR, role VARCHAR, approver VARCHAR, code_sha256 VARCHAR, requested_at TIMESTAMPTZ,
    expires_at TIMESTAMPTZ, approved_at TIMESTAMPTZ, reviewed VARCHAR[]
);
COMMENT ON TABLE approval IS 'One row per requested approval.';
COMMENT ON COLUMN approval.run IS 'The run.';
COMMENT ON COLUMN approval.digest IS 'Digest the approval binds.';
COMMENT ON COLUMN approval.role IS 'Role in which the person approves.';
COMMENT ON COLUMN approval.approver IS 'Person in the approvers'' directory.';
COMMENT ON COLUMN approval.code_sha256 IS 'Keyed SHA-256 of the one-time code.';
COMMENT ON COLUMN approval.requested_at IS 'When the code was mailed.';
COMMENT ON COLUMN approval.expires_at IS 'When the code and the approval expire.';
COMMENT ON COLUMN approval.approved_at IS 'When it was approved; null while it is not.';
COMMENT ON COLUMN approval.reviewed IS 'Gates of kind H that the approver has read and accepts.';

CREATE TABLE look (
    run VARCHAR, look SMALLINT, due_at TIMESTAMPTZ, state VARCHAR, evaluated_at TIMESTAMPTZ
);
COMMENT ON TABLE look IS 'One row per planned evaluation of a run.';
COMMENT ON COLUMN look.run IS 'The run.';
COMMENT ON COLUMN look.look IS 'Number of the look, from 1.';
COMMENT ON COLUMN look.due_at IS 'When it is due.';
COMMENT ON COLUMN look.state IS 'due, waiting (no outcomes yet) or done.';
COMMENT ON COLUMN look.evaluated_at IS 'When it was evaluated; null before.';

CREATE TABLE outcome (
    run VARCHAR, unit VARCHAR, unit_key VARCHAR, outcome VARCHAR, value DOUBLE, observed_on DATE, imported_at TIMESTAMPTZ
);
COMMENT ON TABLE outcome IS 'One row per run, unit, outcome and day of observation.';
COMMENT ON COLUMN outcome.run IS 'The run.';
COMMENT ON COLUMN outcome.unit IS 'person, household or area.';
COMMENT ON COLUMN outcome.unit_key IS 'Pseudonym of the person or household; name of the area.';
COMMENT ON COLUMN outcome.outcome IS 'Outcome as named in the objective.';
COMMENT ON COLUMN outcome.value IS 'Observed value in the unit of the outcome; 0 or 1 for a share.';
COMMENT ON COLUMN outcome.observed_on IS 'Day of observation.';
COMMENT ON COLUMN outcome.imported_at IS 'When it was imported.';

CREATE TABLE effect (
    run VARCHAR, look SMALLINT, outcome VARCHAR, arm VARCHAR, segment VARCHAR, persons BIGINT, households BIGINT,
    control_persons BIGINT, control_households BIGINT, level DOUBLE, control_level DOUBLE, estimate DOUBLE,
    standard_error DOUBLE, ci_low DOUBLE, ci_high DOUBLE, p DOUBLE, target DOUBLE, verdict VARCHAR, evaluated_at TIMESTAMPTZ
);
COMMENT ON TABLE effect IS 'One row per run, look, outcome, arm and segment: intention-to-treat effect against the holdout.';
COMMENT ON COLUMN effect.run IS 'The run.';
COMMENT ON COLUMN effect.look IS 'Number of the look.';
COMMENT ON COLUMN effect.outcome IS 'Outcome.';
COMMENT ON COLUMN effect.arm IS 'Arm compared with the holdout.';
COMMENT ON COLUMN effect.segment IS 'Segment; all for the whole audience.';
COMMENT ON COLUMN effect.persons IS 'Persons with an observed outcome in the arm.';
COMMENT ON COLUMN effect.households IS 'Households of the arm with an observed outcome.';
COMMENT ON COLUMN effect.control_persons IS 'Persons with an observed outcome in the holdout.';
COMMENT ON COLUMN effect.control_households IS 'Households of the holdout with an observed outcome.';
COMMENT ON COLUMN effect.level IS 'Post-stratified mean outcome of the arm, in the unit of the outcome.';
COMMENT ON COLUMN effect.control_level IS 'Post-stratified mean outcome of the holdout.';
COMMENT ON COLUMN effect.estimate IS 'Difference arm minus holdout, in the unit of the outcome.';
COMMENT ON COLUMN effect.standard_error IS 'Household-robust standard error of the difference.';
COMMENT ON COLUMN effect.ci_low IS 'Lower end of the 95 % interval.';
COMMENT ON COLUMN effect.ci_high IS 'Upper end of the 95 % interval.';
COMMENT ON COLUMN effect.p IS 'Two-sided p value.';
COMMENT ON COLUMN effect.target IS 'Target of the objective, in the unit of the outcome.';
COMMENT ON COLUMN effect.verdict IS 'better, worse or not_shown.';
COMMENT ON COLUMN effect.evaluated_at IS 'When it was computed.';

CREATE TABLE response_belief (
    channel VARCHAR, segment VARCHAR, alpha DOUBLE, beta DOUBLE, source VARCHAR, run VARCHAR, updated_at TIMESTAMPTZ
);
COMMENT ON TABLE response_belief IS 'One row per channel, segment and update: Beta posterior of the share who act because of one contact; the newest counts.';
COMMENT ON COLUMN response_belief.channel IS 'Channel.';
COMMENT ON COLUMN response_belief.segment IS 'Segment; all for the prior of a channel.';
COMMENT ON COLUMN response_belief.alpha IS 'First parameter of the Beta distribution.';
COMMENT ON COLUMN response_belief.beta IS 'Second parameter of the Beta distribution.';
COMMENT ON COLUMN response_belief.source IS 'prior or evaluation.';
COMMENT ON COLUMN response_belief.run IS 'Run whose evaluation gave it; null for a prior.';
COMMENT ON COLUMN response_belief.updated_at IS 'When it was computed.';

CREATE TABLE lesson (run VARCHAR, look SMALLINT, lesson VARCHAR, drawn_at TIMESTAMPTZ);
COMMENT ON TABLE lesson IS 'One row per lesson of an evaluation.';
COMMENT ON COLUMN lesson.run IS 'The run.';
COMMENT ON COLUMN lesson.look IS 'Number of the look.';
COMMENT ON COLUMN lesson.lesson IS 'The lesson in words, in the language of the settings.';
COMMENT ON COLUMN lesson.drawn_at IS 'When it was drawn.';

CREATE TABLE check_result (
    run VARCHAR, stage VARCHAR, suite VARCHAR, check_name VARCHAR, requirement VARCHAR, kind VARCHAR, success BOOLEAN,
    rows_checked BIGINT, rows_failed BIGINT, message VARCHAR, place VARCHAR, checked_at TIMESTAMPTZ
);
COMMENT ON TABLE check_result IS 'One row per run, stage and expectation or gate: the latest result.';
COMMENT ON COLUMN check_result.run IS 'The run; register:KIND for a register import.';
COMMENT ON COLUMN check_result.stage IS 'Stage boundary: register, audience, plan, variants, review, delivery or outcomes.';
COMMENT ON COLUMN check_result.suite IS 'Great Expectations suite, or gates.';
COMMENT ON COLUMN check_result.check_name IS 'Expectation or gate.';
COMMENT ON COLUMN check_result.requirement IS 'Requirement of the programme, such as P6b; empty where none.';
COMMENT ON COLUMN check_result.kind IS 'critical or warning for expectations; B, W or H for gates.';
COMMENT ON COLUMN check_result.success IS 'The check holds.';
COMMENT ON COLUMN check_result.rows_checked IS 'Rows checked; null where the check is of the whole.';
COMMENT ON COLUMN check_result.rows_failed IS 'Rows that fail, counted in SQL.';
COMMENT ON COLUMN check_result.message IS 'What the check says and how to mend it, without values.';
COMMENT ON COLUMN check_result.place IS 'File and line, where there is one.';
COMMENT ON COLUMN check_result.checked_at IS 'When it was checked.';

CREATE TABLE audit (
    sequence BIGINT, decided_at TIMESTAMPTZ, actor VARCHAR, action VARCHAR, run VARCHAR, detail JSON, previous VARCHAR, hash VARCHAR
);
COMMENT ON TABLE audit IS 'One row per decision, from the decision log; append-only and hash-chained.';
COMMENT ON COLUMN audit.sequence IS 'Number of the decision, from 1.';
COMMENT ON COLUMN audit.decided_at IS 'When it was decided.';
COMMENT ON COLUMN audit.actor IS 'Person in the directory, or the account that ran the command.';
COMMENT ON COLUMN audit.action IS 'What was decided, such as approval_granted or suppression_added.';
COMMENT ON COLUMN audit.run IS 'The run, where the decision is about one.';
COMMENT ON COLUMN audit.detail IS 'The decision itself, pseudonymous.';
COMMENT ON COLUMN audit.previous IS 'Hash of the decision before.';
COMMENT ON COLUMN audit.hash IS 'SHA-256 over this decision and the hash before it.';

CREATE TABLE message_slot (run VARCHAR, wave VARCHAR, person_key VARCHAR, slots MAP(VARCHAR, VARCHAR));
COMMENT ON TABLE message_slot IS 'Private, never in the snapshot: slot values of assigned persons.';
COMMENT ON COLUMN message_slot.run IS 'The run.';
COMMENT ON COLUMN message_slot.wave IS 'Wave of the brief.';
COMMENT ON COLUMN message_slot.person_key IS 'Pseudonym of the person.';
COMMENT ON COLUMN message_slot.slots IS 'Values of the slots by name, formatted for the language.';

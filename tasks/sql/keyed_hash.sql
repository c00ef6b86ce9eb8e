-- HMAC-SHA-256 (RFC 2104) in SQL, with the pads in session variables so that the key stands in no statement.
CREATE OR REPLACE TEMP MACRO keyed_hash(purpose, value) AS
    left(
        sha256(
            getvariable('outer_pad')
            || unhex(sha256(getvariable('inner_pad') || encode(purpose || ':' || value)))
        ),
        32
    );

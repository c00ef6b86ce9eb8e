"""Hostile audience queries, for the tests and for benchmarks/hostile_queries.py; ``{folder}`` is a folder to harm."""

KNOWN = "person_key, 'a' AS need, 'b' AS life_situation"
GIVEN = "'flat' AS housing, 'x' AS pickup_place"
KEY = f"SELECT {KNOWN}, {GIVEN}"
FROM = "FROM register_population"

REFUSED_BY_THEIR_TEXT = {
    "two statements": "SELECT 1; SELECT 2",
    "a statement after an honest one": f"{KEY} {FROM}; DROP TABLE register_population",
    "a statement behind a comment": f"{KEY} {FROM} -- done\n; ATTACH 'x.duckdb' AS x",
    "a way out of the parenthesis": "SELECT 1) AS harmless; COPY (SELECT 1) TO '{folder}/new.csv'; FROM (SELECT 2",
    "drop": "DROP TABLE register_population",
    "delete": "DELETE FROM register_population",
    "update": "UPDATE register_population SET person_key = 'x'",
    "insert": "INSERT INTO register_population SELECT 1",
    "merge": "MERGE INTO register_population USING register_population AS other ON true WHEN MATCHED THEN DELETE",
    "truncate": "TRUNCATE register_population",
    "create": "CREATE TABLE mine AS SELECT 1",
    "create a macro": "CREATE MACRO mine() AS TABLE FROM read_text('/etc/passwd')",
    "create a secret": "CREATE SECRET mine (TYPE s3, KEY_ID 'x', SECRET 'y')",
    "alter": "ALTER TABLE register_population ADD COLUMN mine INTEGER",
    "attach": "ATTACH 'budkavle.duckdb' AS stolen",
    "detach": "DETACH memory",
    "copy": "COPY (SELECT 1) TO '{folder}/new.csv'",
    "copy inside a part": "WITH gone AS (COPY (SELECT 1) TO '{folder}/new.csv') FROM gone",
    "export": "EXPORT DATABASE '{folder}/all'",
    "import": "IMPORT DATABASE '{folder}/all'",
    "set": "SET memory_limit = '1TB'",
    "reset": "RESET memory_limit",
    "set a variable": "SET VARIABLE mine = 1",
    "pragma": "PRAGMA database_list",
    "install": "INSTALL httpfs",
    "load": "LOAD httpfs",
    "call": "CALL pragma_version()",
    "explain": f"EXPLAIN ANALYZE {KEY} {FROM}",
    "summarize": "SUMMARIZE register_population",
    "describe": "DESCRIBE identity",
    "show": "SHOW ALL TABLES",
    "prepare": "PREPARE mine AS SELECT 1",
    "begin": "BEGIN",
    "checkpoint": "CHECKPOINT",
    "delete inside a part": "WITH gone AS (DELETE FROM register_population RETURNING *) FROM gone",
    "a file by function": f"{KEY} FROM read_csv('{{folder}}/people.csv')",
    "a file by name": f"{KEY} FROM '{{folder}}/people.csv'",
    "a file by quoted name": f'{KEY} FROM "{{folder}}/people.csv"',
    "a Parquet file": f"{KEY} FROM 'register.parquet'",
    "a Parquet file by function": f"{KEY} FROM parquet_scan('{{folder}}/people.parquet')",
    "a JSON file": f"{KEY} FROM read_json_auto('{{folder}}/people.json')",
    "an address on the network": f"{KEY} FROM 'https://example.org/people.parquet'",
    "names of files": f"{KEY} {FROM}, glob('*')",
    "a file in a condition": f"{KEY} {FROM} WHERE (SELECT count(*) FROM read_text('/etc/passwd')) > 0",
    "a file beside every row": f"{KEY} {FROM}, LATERAL (SELECT * FROM read_blob('/etc/passwd')) AS stolen",
    "a file in a part": f"WITH stolen AS (FROM read_text('/etc/passwd')) {KEY} FROM stolen",
    "a file in an upper-case function": f"{KEY} FROM READ_TEXT('/etc/passwd')",
    "a file behind a comment": f"{KEY} FROM read_text/**/('/etc/passwd')",
    "a function in a schema": f"{KEY} FROM system.main.read_text('/etc/passwd')",
    "text as a query": f"{KEY} FROM query('SELECT 1')",
    "text as a table": f"{KEY} FROM query_table('identity')",
    "settings": f"{KEY} FROM duckdb_settings()",
    "secrets": f"{KEY} FROM duckdb_secrets()",
    "columns of a table": f"{KEY} FROM pragma_table_info('identity')",
    "a private table": f"{KEY} FROM identity",
    "a public table": f"{KEY} FROM person",
    "a view by its schema": f"{KEY} FROM main.register_population",
    "a catalogue": f"{KEY} FROM information_schema.tables",
    "another database": f"{KEY} FROM system.information_schema.tables",
    "a view's name for a part": f"WITH register_population AS (SELECT 1) {KEY} FROM register_population",
    "a catalogue's name for a part": f"WITH duckdb_tables AS (SELECT 1) {KEY} FROM duckdb_tables",
    "an environment variable": f"{KEY}, getenv('HOME') AS driver {FROM}",
    "a setting": f"{KEY}, current_setting('home_directory') AS driver {FROM}",
    "a variable": f"{KEY}, getvariable('inner_pad') AS driver {FROM}",
    "a random number": f"{KEY}, random() AS driver {FROM}",
    "a UUID": f"{KEY}, gen_random_uuid()::VARCHAR AS driver {FROM}",
    "a hash of the key": f"{KEY} {FROM} WHERE hash(person_key) % 2 = 0",
    "the kernel's clock": f"{KEY}, nextval('mine') AS driver {FROM}",
    "a parameter": f"{KEY} {FROM} WHERE person_key = ?",
    "a numbered parameter": f"{KEY} {FROM} WHERE person_key = $1",
    "a variable of Python": f"{KEY} FROM replaced",
    "an error with a value": f"{KEY}, error(person_key) AS driver {FROM}",
    "select into": f"{KEY} INTO mine {FROM}",
    "for update": f"{KEY} {FROM} FOR UPDATE",
    "letters that look alike": f"{KEY} FROM rеgister_population",
    "wide letters": f"ＳＥＬＥＣＴ {KNOWN} {FROM}",
    "a space without width": f"{KEY} FROM register_population\u200b_",
    "a comment without end": f"{KEY} {FROM} /* and",
    "no SQL": "SELECT FROM WHERE",
    "no characters": "",
    "a null character": "SELECT \0",
    "deep parentheses": f"{KEY} {FROM} WHERE " + "(" * 20_000 + "true" + ")" * 20_000,
    "deep queries": f"{KEY} FROM " + "(SELECT * FROM " * 3_000 + "register_population" + ")" * 3_000,
    "a list of a million values": f"{KEY} {FROM} WHERE person_key IN ({', '.join(map(str, range(1_000_000)))})",
}  # fmt: skip

REFUSED_BY_THE_PROCESS = {
    name: REFUSED_BY_THEIR_TEXT[name]
    for name in (
        "two statements", "a statement after an honest one", "a statement behind a comment",
        "a way out of the parenthesis", "drop", "delete", "update", "insert", "create", "create a macro",
        "create a secret", "alter", "attach", "copy", "copy inside a part", "export", "import", "set", "reset",
        "set a variable", "pragma", "install", "load", "call", "explain", "prepare", "begin",
        "delete inside a part", "a file by function", "a file by name", "a file by quoted name",
        "a Parquet file by function", "a JSON file", "an address on the network", "names of files",
        "a file in a condition", "a file beside every row", "a file in a part", "text as a table", "columns of a table",
        "a private table", "an environment variable", "a parameter", "a numbered parameter", "a variable of Python",
        "deep parentheses", "deep queries",
    )
}  # fmt: skip

BOMBS = {
    "a product of numbers": f"{KEY} {FROM}, (SELECT count(*) FROM range(100000000) AS a(x), range(1000000) AS b(y) "
    "WHERE x * y % 7 = 3)",
    "a product of the register": f"{KEY} {FROM} WHERE (SELECT count(*) FROM register_population AS a, "
    "register_population AS b, register_population AS c WHERE a.person_key || b.person_key < c.person_key) > 0",
    "an endless recursion": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    f"{KEY} {FROM} WHERE (SELECT max(i) FROM n) > 0",
    "a growing recursion": "WITH RECURSIVE n(i) AS (SELECT 'x' UNION ALL SELECT i || i FROM n) "
    f"{KEY} {FROM} WHERE (SELECT max(length(i)) FROM n) > 0",
    "a doubling recursion": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + x FROM n, range(2) AS r(x)) "
    f"{KEY} {FROM} WHERE (SELECT count(*) FROM n) > 0",
    "a long text": f"{KEY}, repeat('x', 2000000000) || person_key AS driver {FROM}",
    "a long text of nothing": f"{KEY}, lpad('', 2000000000, person_key) AS driver {FROM}",
    "a wide format": f"{KEY}, format('{{:>2000000000}}', person_key) AS driver {FROM}",
    "a long list": f"{KEY} {FROM} WHERE len(range(100000000000)) > 0",
    "a series": f"{KEY} {FROM} WHERE (SELECT sum(i) FROM generate_series(1, 1000000000000) AS s(i)) > 0",
    "a text of everybody's keys": f"{KEY} {FROM} WHERE (SELECT length(string_agg(a.person_key || b.person_key)) "
    "FROM register_population AS a, register_population AS b, range(1000)) > 0",
    "a list of everybody's lists": f"{KEY} {FROM} WHERE (SELECT len(list(a.person_key)) FROM register_population AS a, "
    "register_population AS b, register_population AS c) > 0",
    "a pattern of patterns": f"{KEY} {FROM} WHERE regexp_matches(person_key, '((p{{0,99}}){{0,99}}){{0,99}}$')",
    "a sort of a product": f"{KEY} {FROM} WHERE person_key IN (SELECT a.person_key FROM register_population AS a, "
    "register_population AS b, range(1000) ORDER BY a.person_key || b.person_key LIMIT 1)",
    "an answer of millions": f"{KEY} {FROM}, range(1000000000)",
    "a product beside every row": f"{KEY} {FROM}, LATERAL (SELECT sum(x) FROM range(100000000000) AS r(x) "
    "WHERE x % length(person_key) = 0) AS s",
    "a list changed": f"{KEY} {FROM} WHERE len(list_transform(range(1000000000), lambda x: x * 2)) > 0",
}  # fmt: skip

use rstest::rstest;

use super::*;

mod fuzz;
mod kinds;
mod modes;

fn verbs(text: &str) -> Vec<String> {
    diagnose(text)
        .operations
        .iter()
        .map(|operation| operation.verb.clone())
        .collect()
}

fn reasons(text: &str) -> Vec<String> {
    diagnose(text)
        .problems
        .into_iter()
        .map(|problem| problem.reason)
        .collect()
}

#[rstest]
#[case("ADD COLUMN note VARCHAR(64)", "ADD COLUMN", Some("note"), false)]
#[case("add column note varchar(64) after `id`", "ADD COLUMN", Some("note"), false)]
#[case("ADD note INT", "ADD COLUMN", Some("note"), false)]
#[case("ADD `weird ``name` INT", "ADD COLUMN", Some("weird `name"), false)]
#[case("ADD \"quoted\" INT", "ADD COLUMN", Some("quoted"), false)]
#[case("ADD 备注 TEXT", "ADD COLUMN", Some("备注"), false)]
#[case("ADD (a INT, b DECIMAL(10,2))", "ADD COLUMN", Some("a"), false)]
#[case("ADD COLUMN (a INT)", "ADD COLUMN", Some("a"), false)]
#[case("ADD COLUMN IF NOT EXISTS a INT", "ADD COLUMN", Some("a"), false)]
#[case(
    "ADD COLUMN c ENUM('a,b',\"c;d\") DEFAULT 'a,b'",
    "ADD COLUMN",
    Some("c"),
    false
)]
#[case("ADD c INT /* , DROP d */ DEFAULT 1", "ADD COLUMN", Some("c"), false)]
#[case("ADD c INT -- , DROP d\n DEFAULT 1", "ADD COLUMN", Some("c"), false)]
#[case("ADD c VARCHAR(9) DEFAULT 'it''s; \\' ok'", "ADD COLUMN", Some("c"), false)]
#[case(
    "ADD c INT GENERATED ALWAYS AS (a--1) VIRTUAL",
    "ADD COLUMN",
    Some("c"),
    false
)]
#[case("ADD INDEX i (a, b)", "ADD INDEX", Some("i"), false)]
#[case("ADD KEY i (a)", "ADD INDEX", Some("i"), false)]
#[case("ADD INDEX (a)", "ADD INDEX", Some("a"), false)]
#[case("ADD INDEX i USING BTREE (a DESC)", "ADD INDEX", Some("i"), false)]
#[case("ADD INDEX f ((lower(a)))", "ADD INDEX", Some("f"), false)]
#[case("ADD INDEX IF NOT EXISTS i (a)", "ADD INDEX", Some("i"), false)]
#[case("ADD VECTOR INDEX v (a)", "ADD INDEX", Some("v"), false)]
#[case("ADD vector INT", "ADD COLUMN", Some("vector"), false)]
#[case("ADD UNIQUE (a)", "ADD UNIQUE", Some("a"), false)]
#[case("ADD UNIQUE KEY u (a)", "ADD UNIQUE", Some("u"), false)]
#[case("ADD CONSTRAINT u UNIQUE (a)", "ADD UNIQUE", Some("u"), false)]
#[case("ADD FULLTEXT INDEX ft (a)", "ADD FULLTEXT", Some("ft"), false)]
#[case("ADD SPATIAL KEY g (p)", "ADD SPATIAL", Some("g"), false)]
#[case("ADD PRIMARY KEY (id)", "ADD PRIMARY KEY", Some("id"), false)]
#[case("ADD CONSTRAINT PRIMARY KEY (id)", "ADD PRIMARY KEY", Some("id"), false)]
#[case("ADD FOREIGN KEY (a) REFERENCES p (id)", "ADD FOREIGN KEY", Some("a"), false)]
#[case(
    "ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES p (id)",
    "ADD FOREIGN KEY",
    Some("fk"),
    false
)]
#[case("ADD CONSTRAINT c CHECK (a > 0)", "ADD CHECK", Some("c"), false)]
#[case("ADD CHECK (a > 0)", "ADD CHECK", None, false)]
#[case(
    "ADD PARTITION (PARTITION p3 VALUES LESS THAN (30))",
    "ADD PARTITION",
    Some("p3"),
    false
)]
#[case("ADD PARTITION PARTITIONS 2", "ADD PARTITION", None, false)]
#[case("ADD SYSTEM VERSIONING", "ADD SYSTEM VERSIONING", None, false)]
#[case("ADD PERIOD FOR SYSTEM_TIME (a, b)", "ADD PERIOD", Some("SYSTEM_TIME"), false)]
#[case("DROP COLUMN a", "DROP COLUMN", Some("a"), true)]
#[case("DROP a", "DROP COLUMN", Some("a"), true)]
#[case("DROP COLUMN IF EXISTS a", "DROP COLUMN", Some("a"), true)]
#[case("drop `a.b`", "DROP COLUMN", Some("a.b"), true)]
#[case("DROP INDEX i", "DROP INDEX", Some("i"), true)]
#[case("DROP KEY i", "DROP INDEX", Some("i"), true)]
#[case("DROP PRIMARY KEY", "DROP PRIMARY KEY", None, true)]
#[case("DROP FOREIGN KEY fk", "DROP FOREIGN KEY", Some("fk"), false)]
#[case("DROP CHECK c", "DROP CHECK", Some("c"), false)]
#[case("DROP CONSTRAINT c", "DROP CONSTRAINT", Some("c"), false)]
#[case("DROP PARTITION p0", "DROP PARTITION", Some("p0"), true)]
#[case("DROP PARTITION p0, p1", "DROP PARTITION", Some("p0"), true)]
#[case("TRUNCATE PARTITION ALL", "TRUNCATE PARTITION", Some("ALL"), true)]
#[case("COALESCE PARTITION 2", "COALESCE PARTITION", Some("2"), false)]
#[case(
    "REORGANIZE PARTITION p0, p1 INTO (PARTITION p VALUES IN (1))",
    "REORGANIZE PARTITION",
    Some("p0"),
    false
)]
#[case("OPTIMIZE PARTITION p0", "OPTIMIZE PARTITION", Some("p0"), false)]
#[case("REBUILD PARTITION p0", "REBUILD PARTITION", Some("p0"), false)]
#[case("REMOVE PARTITIONING", "REMOVE PARTITIONING", None, false)]
#[case("PARTITION BY HASH(id) PARTITIONS 4", "PARTITION BY", None, false)]
#[case("MODIFY a BIGINT", "MODIFY", Some("a"), false)]
#[case("MODIFY COLUMN a BIGINT FIRST", "MODIFY", Some("a"), false)]
#[case("CHANGE a b INT", "CHANGE", Some("a"), false)]
#[case("CHANGE COLUMN `a` `b` INT", "CHANGE", Some("a"), false)]
#[case("ALTER COLUMN a SET DEFAULT 1", "ALTER COLUMN", Some("a"), false)]
#[case("ALTER a DROP DEFAULT", "ALTER COLUMN", Some("a"), false)]
#[case("ALTER INDEX i INVISIBLE", "ALTER INDEX", Some("i"), false)]
#[case("ALTER CHECK c NOT ENFORCED", "ALTER CHECK", Some("c"), false)]
#[case("RENAME COLUMN a TO b", "RENAME COLUMN", Some("a"), false)]
#[case("RENAME INDEX a TO b", "RENAME INDEX", Some("a"), false)]
#[case("RENAME KEY a TO b", "RENAME INDEX", Some("a"), false)]
#[case("CONVERT TO CHARACTER SET utf8mb4", "CONVERT TO CHARACTER SET", None, false)]
#[case("ENGINE=InnoDB", "ENGINE", None, false)]
#[case("AUTO_INCREMENT = 100", "AUTO_INCREMENT", None, false)]
#[case("COMMENT 'a, b; c'", "COMMENT", None, false)]
#[case("ROW_FORMAT=DYNAMIC", "ROW_FORMAT", None, false)]
#[case("DEFAULT CHARSET=utf8mb4", "CHARSET", None, false)]
#[case("DEFAULT CHARACTER SET utf8mb4", "CHARACTER SET", None, false)]
#[case("ORDER BY a, b DESC, comment", "ORDER BY", Some("a"), false)]
#[case("FORCE", "FORCE", None, false)]
#[case("DISABLE KEYS", "DISABLE KEYS", None, false)]
#[case("FROBNICATE a", "OTHER", None, false)]
fn one_operation_is_named(
    #[case] clause: &str,
    #[case] verb: &str,
    #[case] subject: Option<&str>,
    #[case] destructive: bool,
) {
    let diagnosis = diagnose(clause);
    assert_eq!(diagnosis.problems, [], "{clause} is a fair clause");
    assert_eq!(verbs(clause), [verb]);
    assert_eq!(diagnosis.operations[0].subject.as_deref(), subject);
    assert_eq!(diagnosis.operations[0].destructive, destructive);
    assert_eq!(
        (
            diagnosis.operations[0].start,
            diagnosis.operations[0].end as usize
        ),
        (0, clause.len())
    );
}

#[rstest]
#[case("", "empty")]
#[case(" \n\t", "empty")]
#[case("/* nothing */ ", "empty")]
#[case("ADD a INT; DROP TABLE t", "second_statement")]
#[case("ADD a INT;", "trailing_semicolon")]
#[case("ADD a INT ; /* end */", "trailing_semicolon")]
#[case("ADD a INT /*!80000 , DROP b */", "executable_comment")]
#[case("ADD a INT /*M!100000 , DROP b */", "executable_comment")]
#[case("ADD a INT DEFAULT ?", "placeholder")]
#[case("RENAME TO other", "rename_table")]
#[case("RENAME AS other", "rename_table")]
#[case("RENAME other", "rename_table")]
#[case("ADD a INT, RENAME = other", "rename_table")]
#[case("EXCHANGE PARTITION p0 WITH TABLE real", "exchange_partition")]
#[case("CONVERT PARTITION p0 TO TABLE real", "convert_partition")]
#[case("CONVERT TABLE real TO PARTITION p0 VALUES IN (1)", "convert_partition")]
#[case("DISCARD TABLESPACE", "tablespace")]
#[case("DISCARD PARTITION p0 TABLESPACE", "tablespace")]
#[case("import tablespace", "tablespace")]
#[case("ADD a INT, ALGORITHM=INPLACE", "algorithm")]
#[case("LOCK = NONE, ADD a INT", "lock")]
#[case("ALTER TABLE t ADD a INT", "alter_table_prefix")]
#[case("alter online table t add a int", "alter_table_prefix")]
#[case("ADD a VARCHAR(9) DEFAULT 'x", "unterminated_string")]
#[case("ADD a VARCHAR(9) DEFAULT 'x\\'", "unterminated_string")]
#[case("ADD `a INT", "unterminated_identifier")]
#[case("ADD a INT /* x", "unterminated_comment")]
#[case("ADD a INT /*", "unterminated_comment")]
#[case("ADD (a INT", "unterminated_parenthesis")]
#[case("ADD a INT)", "unbalanced_parenthesis")]
#[case("ADD a INT -- why", "trailing_comment")]
#[case("ADD a INT #why", "trailing_comment")]
#[case("ADD a INT --", "trailing_comment")]
#[case("ADD a\0 INT", "nul")]
#[case("ADD a INT,", "empty_operation")]
#[case("ADD a INT,, ADD b INT", "empty_operation")]
#[case(", ADD b INT", "empty_operation")]
#[case("ADD a INT /*+ x */", "optimizer_hint")]
#[case("ADD $$a$$ INT", "dollar_quote")]
#[case("ADD　COLUMN a INT", "unusual_character")]
#[case("ADD a VARCHAR(9) DEFAULT “x”", "unusual_character")]
#[case("ADD a INT，DROP b", "unusual_character")]
#[case("ADD a\u{200b} INT", "unusual_character")]
#[case("ADD a INT, WITH VALIDATION", "validation")]
#[case("WITHOUT VALIDATION, ADD a INT", "validation")]
#[case("NOWAIT ADD a INT", "wait")]
#[case("WAIT 5 ADD a INT", "wait")]
#[case("SECONDARY_LOAD", "secondary_load")]
#[case("SECONDARY_UNLOAD", "secondary_load")]
#[case("ANALYZE PARTITION p0, p1", "partition_maintenance")]
#[case("CHECK PARTITION ALL", "partition_maintenance")]
#[case("REPAIR PARTITION p0 QUICK", "partition_maintenance")]
#[case("OPTIMIZE PARTITION LOCAL p0", "no_binlog")]
#[case("ADD PARTITION NO_WRITE_TO_BINLOG PARTITIONS 2", "no_binlog")]
#[case("MODIFY t.a INT", "qualified_column")]
#[case("CHANGE a t.b INT", "qualified_column")]
#[case("ORDER BY t.a", "qualified_column")]
fn a_clause_that_cannot_be_carried_is_refused(#[case] clause: &str, #[case] reason: &str) {
    assert_eq!(reasons(clause), [reason]);
}

#[test]
fn the_signs_are_harmless_inside_strings_names_and_comments() {
    for clause in [
        "ADD a VARCHAR(9) DEFAULT 'a;b?/*!*/--'",
        "ADD `a;b?` INT",
        "ADD a INT /* ; ? */ NOT NULL",
        "ADD a INT # ; ?\n NOT NULL",
        "ADD a VARCHAR(9) COMMENT 'ALGORITHM=INPLACE, LOCK=NONE'",
        "ADD a INT DEFAULT (1--1)",
        "ADD `a　b，c` INT COMMENT '（x）；“y”'",
        "ADD a INT /* ，$$ */ NOT NULL",
        "ADD a$b$ INT",
    ] {
        assert_eq!(reasons(clause), Vec::<String>::new(), "{clause}");
    }
}

#[test]
fn several_operations_keep_their_order_and_their_own_words() {
    let text = "ADD a INT, DROP COLUMN b ,\n MODIFY c VARCHAR(10) CHARACTER SET latin1 PARTITION BY KEY(id)";
    let analysis = analyze(text);
    let fragments: Vec<_> = analysis
        .operations
        .iter()
        .map(|operation| analysis.fragment(operation))
        .collect();
    assert_eq!(
        fragments,
        [
            "ADD a INT",
            "DROP COLUMN b",
            "MODIFY c VARCHAR(10) CHARACTER SET latin1",
            "PARTITION BY KEY(id)"
        ]
    );
    assert_eq!(
        &text[analysis.operations[2].rest..analysis.operations[2].end],
        "VARCHAR(10) CHARACTER SET latin1"
    );
}

#[test]
fn lists_of_columns_and_partitions_are_named_in_full() {
    let analysis = analyze("ADD (a INT, `b c` DECIMAL(10,2), KEY k (a)), ORDER BY x, y");
    assert_eq!(analysis.operations[0].names, ["a", "b c"]);
    assert_eq!(analysis.operations[1].verb, "ORDER BY");
    assert_eq!(
        analyze("DROP PARTITION p0, `p 1`, p2").operations[0].names,
        ["p0", "p 1", "p2"]
    );
}

#[rstest]
#[case("CHANGE a `b c` INT", Some("b c"))]
#[case("CHANGE COLUMN a b INT", Some("b"))]
#[case("RENAME COLUMN a TO b", Some("b"))]
#[case("MODIFY a INT", None)]
fn the_new_name_is_read(#[case] clause: &str, #[case] new_name: Option<&str>) {
    assert_eq!(analyze(clause).operations[0].new_name.as_deref(), new_name);
}

#[test]
fn a_definition_is_read_by_its_parts() {
    let column = parse_definition(
        "VARCHAR(64) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'UNIQUE' COMMENT 'NULL'",
    );
    assert_eq!(
        (column.base.as_str(), column.arguments.as_slice()),
        ("varchar", &["64".to_owned()][..])
    );
    assert_eq!(
        (column.charset.as_deref(), column.collation.as_deref()),
        (Some("latin1"), Some("latin1_bin"))
    );
    assert_eq!(
        (column.nullable, column.default, column.unique),
        (Some(false), Some(DefaultKind::Value), false)
    );
    let column = parse_definition("int unsigned AUTO_INCREMENT PRIMARY KEY");
    assert!(column.unsigned && column.auto_increment && column.primary && !column.unique);
    let column = parse_definition("enum('a,b','c''d') DEFAULT NULL UNIQUE");
    assert_eq!(column.arguments, ["a,b", "c'd"]);
    assert!(column.unique && column.default == Some(DefaultKind::Null) && column.nullable.is_none());
    let column = parse_definition("INT DEFAULT (1+1) NOT NULL REFERENCES p (id) ON DELETE SET NULL");
    assert_eq!(
        (column.default, column.nullable),
        (Some(DefaultKind::Value), Some(false))
    );
    let column = parse_definition("DOUBLE PRECISION NULL, b INT UNIQUE");
    assert_eq!(
        (column.base.as_str(), column.nullable, column.unique),
        ("double precision", Some(true), false)
    );
}

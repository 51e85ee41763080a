//! What checks reach as data.

use super::*;

fn only(text: &str) -> Operation {
    let mut analysis = analyze(text);
    assert_eq!(analysis.operations.len(), 1, "{text}");
    analysis.operations.remove(0)
}

fn index(text: &str) -> Index {
    match only(text).kind {
        OperationKind::AddIndex(index) => index,
        other => panic!("{other:?}"),
    }
}

fn column(text: &str) -> Column {
    match only(text).kind {
        OperationKind::AddColumn(column)
        | OperationKind::Modify(column)
        | OperationKind::Change { column, .. } => column,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_index_tells_its_columns_prefixes_and_orders() {
    let text = "ADD UNIQUE KEY `u 1` USING BTREE (`a b`(10), c DESC, (lower(d)) ASC) INVISIBLE COMMENT 'x' KEY_BLOCK_SIZE=8";
    let found = index(text);
    assert_eq!(
        (found.kind, found.name(), found.visible),
        (IndexKind::Unique, Some("u 1"), Some(false))
    );
    assert_eq!(found.parts[0].column(), Some("a b"));
    assert_eq!(found.parts[0].prefix, Some(10));
    assert_eq!(
        (found.parts[1].column(), found.parts[1].order),
        (Some("c"), Some(Order::Descending))
    );
    let IndexKey::Expression(expression) = &found.parts[2].key else {
        panic!("an expression")
    };
    assert_eq!(expression.of(text), "lower(d)");
    assert_eq!(found.parts[2].span.of(text), "(lower(d)) ASC");
    assert_eq!(found.columns(), None, "not by columns alone");
    let options: Vec<_> = found
        .options
        .iter()
        .map(|option| (option.name.as_str(), option.value.as_str()))
        .collect();
    assert_eq!(
        options,
        [("USING", "BTREE"), ("COMMENT", "x"), ("KEY_BLOCK_SIZE", "8")]
    );
    assert_eq!(only(text).unread, None);
}

#[rstest]
#[case("ADD PRIMARY KEY (a, b)", IndexKind::Primary, Some("PRIMARY"))]
#[case("ADD CONSTRAINT pk PRIMARY KEY (a, b)", IndexKind::Primary, Some("PRIMARY"))]
#[case("ADD CONSTRAINT c UNIQUE k (a, b)", IndexKind::Unique, Some("k"))]
#[case("ADD CONSTRAINT c UNIQUE (a, b)", IndexKind::Unique, Some("c"))]
#[case("ADD UNIQUE INDEX IF NOT EXISTS k (a, b)", IndexKind::Unique, Some("k"))]
#[case("ADD FULLTEXT (a, b) WITH PARSER ngram", IndexKind::Fulltext, None)]
#[case("ADD SPATIAL INDEX (a, b)", IndexKind::Spatial, None)]
#[case("ADD VECTOR INDEX v (a, b) M=8 DISTANCE=cosine", IndexKind::Vector, Some("v"))]
#[case("ADD INDEX k (a, b) IGNORED", IndexKind::Plain, Some("k"))]
#[case("ADD INDEX USING HASH (a, b)", IndexKind::Plain, None)]
#[case("ADD (KEY k (a, b))", IndexKind::Plain, Some("k"))]
fn every_kind_of_index_is_told(#[case] clause: &str, #[case] kind: IndexKind, #[case] name: Option<&str>) {
    let operation = only(clause);
    let indexes = operation.kind.indexes();
    assert_eq!(indexes.len(), 1, "{clause}");
    assert_eq!((indexes[0].kind, indexes[0].name()), (kind, name), "{clause}");
    assert_eq!(indexes[0].columns(), Some(vec!["a", "b"]), "{clause}");
    assert_eq!(operation.unread, None, "{clause}");
}

#[test]
fn a_key_that_a_column_brings_along_is_an_index_too() {
    let analysis = analyze("ADD (a INT UNIQUE, b BIGINT PRIMARY KEY, c SERIAL), MODIFY d INT KEY");
    let found: Vec<_> = analysis
        .added_indexes()
        .map(|(operation, index)| {
            let columns = index.columns().unwrap_or_default().join(",");
            (operation.verb, index.kind, columns)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("ADD COLUMN", IndexKind::Unique, "a".to_owned()),
            ("ADD COLUMN", IndexKind::Primary, "b".to_owned()),
            ("ADD COLUMN", IndexKind::Unique, "c".to_owned()),
            ("MODIFY", IndexKind::Primary, "d".to_owned()),
        ]
    );
}

#[test]
fn a_period_in_a_unique_key_is_told() {
    let found = index("ADD UNIQUE (id, p WITHOUT OVERLAPS)");
    assert!(!found.parts[0].without_overlaps && found.parts[1].without_overlaps);
}

#[test]
fn a_foreign_key_tells_both_sides() {
    let text = "ADD CONSTRAINT `fk 1` FOREIGN KEY idx (a, `b`) REFERENCES `s`.parents (x, y) MATCH FULL \
                ON UPDATE CASCADE ON DELETE SET NULL";
    let operation = only(text);
    let OperationKind::AddForeignKey(key) = &operation.kind else {
        panic!("a foreign key")
    };
    assert_eq!(key.name(), Some("fk 1"));
    let names = |names: &[Name]| names.iter().map(|name| name.value.clone()).collect::<Vec<_>>();
    assert_eq!(names(&key.columns), ["a", "b"]);
    assert_eq!(key.columns[1].span.of(text), "`b`");
    let target = key.references.as_ref().unwrap();
    assert_eq!(
        (target.schema.as_ref().map(Name::as_str), target.table.as_str()),
        (Some("s"), "parents")
    );
    assert_eq!(names(&target.columns), ["x", "y"]);
    assert_eq!(
        (target.on_update, target.on_delete),
        (Some(ReferenceAction::Cascade), Some(ReferenceAction::SetNull))
    );
    assert_eq!(operation.unread, None);
    let inline = column("ADD a INT REFERENCES p(id) ON DELETE SET NULL ON UPDATE NO ACTION NOT NULL");
    assert_eq!(inline.definition.nullable, Some(false));
    assert!(inline.definition.references.is_some() && inline.definition.unread.is_none());
}

#[test]
fn checks_are_told_wherever_they_stand() {
    let text = "ADD CONSTRAINT c CHECK (a > (1)) NOT ENFORCED, ADD (b INT CHECK (b <> 2), CHECK (`x;` < 3))";
    let analysis = analyze(text);
    let found: Vec<_> = analysis
        .added_checks()
        .map(|(_, check)| {
            (
                check.name.as_ref().map(Name::as_str),
                check.expression.of(text),
                check.enforced,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Some("c"), "a > (1)", Some(false)),
            (None, "`x;` < 3", None),
            (None, "b <> 2", None)
        ]
    );
}

#[test]
fn a_column_tells_its_definition_and_its_place() {
    let text =
        "CHANGE a `b c` ENUM('x','y''z') CHARACTER SET latin1 NOT NULL DEFAULT 'x' COMMENT 'c' AFTER `d e`";
    let found = column(text);
    assert_eq!(found.name.as_str(), "b c");
    assert_eq!(found.definition.members(), ["x", "y'z"]);
    assert_eq!(found.definition.default_span.unwrap().of(text), "'x'");
    assert_eq!(found.definition.comment.as_deref(), Some("c"));
    assert!(matches!(found.position(), Some(Position::After(name)) if name.as_str() == "d e"));
    assert_eq!(
        found.definition.span.of(text),
        "ENUM('x','y''z') CHARACTER SET latin1 NOT NULL DEFAULT 'x' COMMENT 'c'"
    );
    assert_eq!(column("ADD a INT FIRST").position(), Some(&Position::First));
    assert_eq!(column("MODIFY a INT").position(), None);
}

#[rstest]
#[case("ADD a DECIMAL(10,2) DEFAULT -1.5e-3 NOT NULL", "-1.5e-3")]
#[case("ADD a INT DEFAULT +1 NOT NULL", "+1")]
#[case("ADD a FLOAT DEFAULT .5 NOT NULL", ".5")]
#[case(
    "ADD a DATETIME DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6) NOT NULL",
    "CURRENT_TIMESTAMP(6)"
)]
#[case("ADD a DATE DEFAULT DATE '2026-01-01' NOT NULL", "DATE '2026-01-01'")]
#[case("ADD a JSON DEFAULT (JSON_ARRAY(1, 2)) NOT NULL", "(JSON_ARRAY(1, 2))")]
#[case("ADD a BIT(8) DEFAULT b'0101' NOT NULL", "b'0101'")]
#[case("ADD a VARCHAR(9) DEFAULT _utf8mb4 'x' NOT NULL", "_utf8mb4 'x'")]
#[case("ADD a VARCHAR(9) DEFAULT N'x' NOT NULL", "N'x'")]
#[case("ADD a VARCHAR(36) DEFAULT uuid() NOT NULL", "uuid()")]
#[case("ADD a INT DEFAULT NEXT VALUE FOR s.q NOT NULL", "NEXT VALUE FOR s.q")]
fn a_default_is_read_to_its_end(#[case] text: &str, #[case] default: &str) {
    let found = column(text).definition;
    assert_eq!(found.default_span.unwrap().of(text), default);
    assert_eq!((found.nullable, found.unread), (Some(false), None), "{text}");
}

#[test]
fn a_generated_column_tells_its_expression() {
    let text = "ADD a INT GENERATED ALWAYS AS (b + (c)) STORED NOT NULL";
    let definition = column(text).definition;
    let generation = definition.generation.unwrap();
    assert_eq!(generation.expression.unwrap().of(text), "b + (c)");
    assert!(generation.stored && definition.generated && definition.unread.is_none());
    assert!(
        !column("ADD a INT AS (b) VIRTUAL")
            .definition
            .generation
            .unwrap()
            .stored
    );
}

#[test]
fn words_that_are_not_known_are_told_with_their_place() {
    let text = "ADD a INT SPARKLING WATER UNIQUE, DROP b LOUDLY";
    let analysis = analyze(text);
    let unread: Vec<_> = analysis
        .operations
        .iter()
        .map(|operation| operation.unread.unwrap().of(text))
        .collect();
    assert_eq!(unread, ["SPARKLING WATER UNIQUE", "LOUDLY"]);
    assert_eq!(
        analysis.added_indexes().count(),
        1,
        "a key behind an unknown word is a key"
    );
}

#[test]
fn options_without_commas_are_operations_of_their_own() {
    let text = "ENGINE InnoDB ROW_FORMAT=COMPRESSED, DEFAULT CHARACTER SET = 'UTF8MB4' COLLATE utf8mb4_bin COMMENT 'a, b'";
    let analysis = analyze(text);
    let found: Vec<_> = analysis
        .operations
        .iter()
        .map(|operation| match &operation.kind {
            OperationKind::TableOption(option) => (analysis.fragment(operation), option.value.as_str()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        found,
        [
            ("ENGINE InnoDB", "InnoDB"),
            ("ROW_FORMAT=COMPRESSED", "COMPRESSED"),
            ("DEFAULT CHARACTER SET = 'UTF8MB4'", "UTF8MB4"),
            ("COLLATE utf8mb4_bin", "utf8mb4_bin"),
            ("COMMENT 'a, b'", "a, b"),
        ]
    );
    assert_eq!(
        analysis.table_charset(),
        Some(Charset {
            charset: Some("utf8mb4".to_owned()),
            collation: Some("utf8mb4_bin".to_owned())
        })
    );
    assert_eq!(analysis.conversion(), None);
}

#[test]
fn a_conversion_is_told() {
    let both = Charset {
        charset: Some("utf8mb4".to_owned()),
        collation: Some("utf8mb4_bin".to_owned()),
    };
    for text in [
        "CONVERT TO CHARACTER SET UTF8MB4 COLLATE utf8mb4_bin",
        "FORCE, CONVERT TO CHARSET 'utf8mb4' COLLATE = \"UTF8MB4_bin\"",
    ] {
        assert_eq!(analyze(text).conversion().as_ref(), Some(&both), "{text}");
    }
}

#[test]
fn partitions_are_told_with_their_bounds() {
    let text = "PARTITION BY RANGE COLUMNS (a, b) PARTITIONS 2 (PARTITION p0 VALUES LESS THAN (1, 'x') ENGINE=InnoDB, \
                PARTITION `p 1` VALUES LESS THAN (MAXVALUE) (SUBPARTITION s0, SUBPARTITION s1))";
    let operation = only(text);
    let OperationKind::PartitionBy(found) = &operation.kind else {
        panic!("a partitioning")
    };
    assert_eq!(
        (found.method, found.count),
        (Some(PartitionMethod::Range), Some(2))
    );
    assert_eq!(
        found.columns.iter().map(Name::as_str).collect::<Vec<_>>(),
        ["a", "b"]
    );
    let Some(PartitionValues::LessThan(limit)) = &found.partitions[0].values else {
        panic!("a limit")
    };
    assert_eq!(limit.of(text), "1, 'x'");
    assert_eq!(found.partitions[1].values, Some(PartitionValues::MaxValue));
    assert_eq!(found.partitions[1].subpartitions.len(), 2);
    assert_eq!(operation.unread, None);
    let OperationKind::ReorganizePartitions { names, into } =
        only("REORGANIZE PARTITION a, b INTO (PARTITION c VALUES IN (1,2))").kind
    else {
        panic!("a reorganisation")
    };
    assert_eq!((names.len(), into[0].name.as_str()), (2, "c"));
}

#[rstest]
#[case("DROP PRIMARY KEY", true)]
#[case("DROP INDEX `PRIMARY`", true)]
#[case("DROP CONSTRAINT `primary`", true)]
#[case("DROP INDEX other", false)]
fn a_dropped_primary_key_is_seen_in_every_notation(#[case] text: &str, #[case] drops: bool) {
    assert_eq!(only(text).kind.drops_primary_key(), drops);
}

#[test]
fn what_alter_column_does_is_told() {
    let text = "ALTER COLUMN a SET DEFAULT (1 + 2)";
    let OperationKind::AlterColumn { name, alteration } = only(text).kind else {
        panic!("an alteration")
    };
    let ColumnAlteration::SetDefault(default) = alteration else {
        panic!("a default")
    };
    assert_eq!((name.as_str(), default.of(text)), ("a", "(1 + 2)"));
    for (text, expected) in [
        ("ALTER a DROP DEFAULT", ColumnAlteration::DropDefault),
        ("ALTER a SET INVISIBLE", ColumnAlteration::Visible(false)),
        ("ALTER a", ColumnAlteration::Unknown),
    ] {
        let OperationKind::AlterColumn { alteration, .. } = only(text).kind else {
            panic!("an alteration")
        };
        assert_eq!(alteration, expected, "{text}");
    }
}

#[test]
fn a_half_typed_clause_is_read_as_far_as_it_goes() {
    for (text, verb) in [
        ("ADD", "OTHER"),
        ("ADD COLUMN", "OTHER"),
        ("ADD INDEX", "ADD INDEX"),
        ("ADD FOREIGN KEY", "ADD FOREIGN KEY"),
        ("ADD FOREIGN KEY (a) REFERENCES", "ADD FOREIGN KEY"),
        ("ADD CONSTRAINT", "ADD CONSTRAINT"),
        ("CHANGE a", "OTHER"),
        ("RENAME COLUMN a", "RENAME COLUMN"),
        ("DROP PARTITION", "DROP PARTITION"),
        ("ADD (", "ADD COLUMN"),
        ("ADD CHECK", "ADD CHECK"),
        ("PARTITION BY", "PARTITION BY"),
        ("CONVERT TO", "CONVERT TO CHARACTER SET"),
    ] {
        assert_eq!(verbs(text), [verb], "{text}");
    }
}

//! Which keys outgrow their row format, and which.

use super::super::super::fixture::{World, column};
use mysqler_contract::Flavour;
use rstest::rstest;

fn keyed(clause: &str, format: &str, column_type: &str, charset: &str) -> bool {
    let world = World::altering(clause).with_table(|table| {
        table.row_format = Some(format.into());
        let mut name = column("name", column_type);
        name.charset = Some(charset.into());
        table.columns.push(name);
        let mut key = table.keys[1].clone();
        key.name = "by_name".into();
        key.columns[0].name = Some("name".into());
        table.keys.push(key);
    });
    world.codes().contains(&"KEY_TOO_LONG".to_owned())
}

#[rstest]
#[case(
    "CONVERT TO CHARACTER SET utf8mb4",
    "Compact",
    "varchar(255)",
    "utf8mb3",
    true
)]
#[case(
    "CONVERT TO CHARACTER SET utf8mb4",
    "Dynamic",
    "varchar(255)",
    "utf8mb3",
    false
)]
#[case(
    "CONVERT TO CHARACTER SET utf8mb4",
    "Compact",
    "varchar(191)",
    "utf8mb3",
    false
)]
#[case(
    "CONVERT TO CHARSET utf8mb4, ROW_FORMAT=DYNAMIC",
    "Compact",
    "varchar(255)",
    "utf8mb3",
    false
)]
#[case(
    "CONVERT TO CHARACTER SET utf8mb4",
    "Dynamic",
    "varchar(1000)",
    "utf8mb3",
    true
)]
#[case(
    "MODIFY name VARCHAR(800) CHARACTER SET utf8mb4",
    "Dynamic",
    "varchar(100)",
    "utf8mb4",
    true
)]
#[case(
    "MODIFY name VARCHAR(768) CHARACTER SET utf8mb4",
    "Dynamic",
    "varchar(100)",
    "utf8mb4",
    false
)]
#[case("ADD COLUMN note VARCHAR(2000)", "Dynamic", "varchar(100)", "utf8mb4", false)]
#[case("ADD COLUMN note INT", "Compact", "varchar(255)", "utf8mb4", false)]
fn a_key_that_would_outgrow_its_format_blocks(
    #[case] clause: &str,
    #[case] format: &str,
    #[case] column_type: &str,
    #[case] charset: &str,
    #[case] fires: bool,
) {
    assert_eq!(keyed(clause, format, column_type, charset), fires, "{clause}");
}

/// A table of `latin1` under Dynamic rows with a text, a long name and a note.
fn told(clause: &str, change: impl Fn(&mut World)) -> Vec<(String, String, String)> {
    let mut world = World::altering(clause).with_table(|table| {
        table.columns.push(column("name", "varchar(800)"));
        table.columns.push(column("body", "mediumtext"));
        let mut bytes = column("digest", "varbinary(3072)");
        bytes.charset = None;
        table.columns.push(bytes);
    });
    change(&mut world);
    let found = world.findings().into_iter();
    let found = found.filter(|finding| finding.code == "KEY_TOO_LONG");
    found
        .map(|finding| {
            let param = |name: &str| finding.params[name].clone();
            (param("key"), param("bytes"), param("limit"))
        })
        .collect()
}

fn one(key: &str, bytes: u64, limit: u64) -> Vec<(String, String, String)> {
    vec![(key.to_owned(), bytes.to_string(), limit.to_string())]
}

#[rstest]
#[case("ADD INDEX by_name (name)", Some(("by_name", 3200)))]
#[case("ADD INDEX by_name (name(768))", None)]
#[case("ADD KEY (name)", Some(("name", 3200)))]
#[case("ADD UNIQUE u (amount, name(768))", Some(("u", 3078)))]
#[case("ADD UNIQUE u (id, name(768))", Some(("u", 3080)))]
#[case("ADD UNIQUE u (id, name(766))", None)]
#[case("ADD INDEX by_body (body(769))", Some(("by_body", 3076)))]
#[case("ADD INDEX by_body (body(768) DESC)", None)]
#[case("ADD INDEX by_digest (digest)", None)]
#[case("ADD INDEX by_digest (digest, id)", Some(("by_digest", 3080)))]
#[case("ADD FULLTEXT words (name, body)", None)]
#[case("ADD INDEX by_both (status, name)", Some(("by_both", 3200)))]
#[case("DROP PRIMARY KEY, ADD PRIMARY KEY (name)", Some(("PRIMARY", 3200)))]
#[case("ADD COLUMN long_name VARCHAR(1000) UNIQUE", Some(("long_name", 4000)))]
#[case("ADD COLUMN long_name VARCHAR(1000) CHARACTER SET latin1 UNIQUE", None)]
#[case("ADD COLUMN c VARCHAR(1000), ADD INDEX by_c (c(500))", None)]
#[case(
    "MODIFY name VARCHAR(800) CHARACTER SET ascii, ADD INDEX by_name (name)",
    None
)]
#[case("CHANGE name title VARCHAR(900), ADD INDEX by_title (title)", Some(("by_title", 3600)))]
#[case("CONVERT TO CHARACTER SET latin1, ADD INDEX by_name (name)", None)]
#[case("ADD INDEX by_expression ((UPPER(name)))", None)]
fn a_new_key_is_measured_as_its_columns_will_be(#[case] clause: &str, #[case] found: Option<(&str, u64)>) {
    let wanted = found
        .map(|(key, bytes)| one(key, bytes, 3072))
        .unwrap_or_default();
    assert_eq!(told(clause, |_| {}), wanted, "{clause}");
}

#[test]
fn the_old_formats_small_pages_and_old_servers_hold_less() {
    let clause = "ADD INDEX by_name (name(192))";
    assert_eq!(told(clause, |_| {}), []);
    let compact = |world: &mut World| {
        if let Some(table) = &mut world.table {
            table.row_format = Some("Compact".into());
        }
    };
    assert_eq!(told(clause, compact), one("by_name", 768, 767));
    assert_eq!(
        told("ADD INDEX by_name (name(192)), ROW_FORMAT=DYNAMIC", compact),
        []
    );
    let set = |name: &'static str, value: &'static str| {
        move |world: &mut World| {
            world.server.variables.insert(name.into(), value.into());
        }
    };
    assert_eq!(
        told("ADD INDEX by_name (name(193))", set("innodb_page_size", "4096")),
        one("by_name", 772, 768)
    );
    assert_eq!(
        told(clause, set("innodb_large_prefix", "OFF")),
        one("by_name", 768, 767)
    );
    assert_eq!(told(clause, set("innodb_large_prefix", "ON")), []);
}

#[test]
fn mariadb_keeps_a_long_unique_key_as_a_hash_and_no_other() {
    let mariadb = |world: &mut World| {
        world.server.flavour = Flavour::MariaDb;
        world.server.version.major = 10;
        world.server.version.minor = 11;
    };
    assert_eq!(told("ADD UNIQUE u (name)", mariadb), []);
    assert_eq!(told("ADD INDEX i (name)", mariadb), one("i", 3200, 3072));
}

#[test]
fn a_key_that_goes_may_be_as_long_as_it_would_have_been() {
    let clause = "DROP INDEX idx_status, MODIFY status VARCHAR(1000)";
    assert_eq!(told(clause, |_| {}), []);
    assert_eq!(
        told("MODIFY status VARCHAR(1000)", |_| {}),
        one("idx_status", 4000, 3072)
    );
}

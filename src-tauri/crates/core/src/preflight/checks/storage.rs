//! How and where the table is stored. Scope: the table. `info` for a compressed or an encrypted table; `warn` where it lies
//! outside of the server's data directory, since the copy needs the room there.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;
use super::super::table_options::option;

pub const CODES: &[&str] = &["TABLE_COMPRESSED", "TABLE_ENCRYPTED", "TABLE_PLACED"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let set = |name: &str| {
        let value = option(&facts.definition, name)?;
        let off = ["N", "NO", "NONE", "0", "OFF"];
        (!off.iter().any(|word| value.eq_ignore_ascii_case(word))).then(|| format!("{name}={value}"))
    };
    let format = facts
        .row_format
        .as_deref()
        .filter(|format| format.eq_ignore_ascii_case("Compressed"));
    let compressed = format
        .map(|_| "ROW_FORMAT=COMPRESSED".to_owned())
        .or_else(|| set("COMPRESSION"))
        .or_else(|| set("PAGE_COMPRESSED"));
    let encrypted = set("ENCRYPTION").or_else(|| set("ENCRYPTED"));
    let placed = set("DATA DIRECTORY").or_else(|| set("TABLESPACE"));
    let placed = placed.filter(|option| option != "TABLESPACE=innodb_file_per_table");
    [
        ("TABLE_COMPRESSED", Severity::Info, compressed),
        ("TABLE_ENCRYPTED", Severity::Info, encrypted),
        ("TABLE_PLACED", Severity::Warn, placed),
    ]
    .into_iter()
    .filter_map(|(code, severity, option)| Some(Finding::new(code, severity).with("option", option?)))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use rstest::rstest;

    #[rstest]
    #[case("ENGINE=InnoDB ENCRYPTION='Y'", &["TABLE_ENCRYPTED"])]
    #[case("ENGINE=InnoDB ENCRYPTION='N'", &[])]
    #[case("ENGINE=InnoDB COMPRESSION='zlib'", &["TABLE_COMPRESSED"])]
    #[case("ENGINE=InnoDB COMPRESSION='NONE'", &[])]
    #[case("ENGINE=InnoDB `PAGE_COMPRESSED`=1", &["TABLE_COMPRESSED"])]
    #[case("/*!50100 TABLESPACE `fast` */ ENGINE=InnoDB", &["TABLE_PLACED"])]
    #[case("/*!50100 TABLESPACE `innodb_file_per_table` */ ENGINE=InnoDB", &[])]
    #[case("ENGINE=InnoDB DATA DIRECTORY='/fast/'", &["TABLE_PLACED"])]
    #[case("ENGINE=InnoDB COMMENT='ENCRYPTION=Y'", &[])]
    fn each_way_of_storing_is_told(#[case] tail: &str, #[case] codes: &[&str]) {
        let world = World::calm()
            .with_table(|table| table.definition = format!("CREATE TABLE `orders` (\n  `id` int\n) {tail}"));
        assert_eq!(world.codes(), codes, "{tail}");
    }

    #[test]
    fn a_compressed_row_format_is_told() {
        let world = World::calm().with_table(|table| table.row_format = Some("Compressed".into()));
        assert_eq!(world.codes(), ["TABLE_COMPRESSED"]);
    }
}

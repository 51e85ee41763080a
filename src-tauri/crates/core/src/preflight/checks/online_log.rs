//! The server keeps what is written while it changes the table itself. Scope: the server, under the direct engine. `warn`:
//! an INPLACE rebuild ends with an error, all its work lost, when writers fill this log.

use mysqler_contract::{Algorithm, Engine, EngineChoice, Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["ONLINE_LOG_SMALL"];

const MEGABYTE: u64 = 1024 * 1024;

/// The server's default; a smaller table is rebuilt before its writers fill that.
const DEFAULT_BYTES: u64 = 128 * MEGABYTE;
const BIG_TABLE_BYTES: u64 = 1024 * MEGABYTE;

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let log = context
        .variable("innodb_online_alter_log_max_size")
        .and_then(|bytes| bytes.parse::<u64>().ok());
    let input = context.input;
    let direct = input.engine == Engine::Direct || input.request.engine == EngineChoice::Direct;
    let rebuilds = input.algorithm != Some(Algorithm::Instant);
    let (true, Some(log), Some(facts)) = (direct && rebuilds, log, input.table) else {
        return Vec::new();
    };
    if log > DEFAULT_BYTES || facts.summary.data_bytes < BIG_TABLE_BYTES {
        return Vec::new();
    }
    let finding = Finding::new("ONLINE_LOG_SMALL", Severity::Warn).with("log_mb", log / MEGABYTE);
    vec![
        finding
            .with("size_mb", facts.summary.data_bytes / MEGABYTE)
            .query("SELECT @@global.innodb_online_alter_log_max_size")
            .remedy(format!(
                "SET GLOBAL innodb_online_alter_log_max_size = {};",
                8 * DEFAULT_BYTES
            )),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::EngineChoice;

    #[test]
    fn only_a_big_table_under_the_servers_own_rebuild_is_told() {
        let world = |engine, log: &str, bytes| {
            let mut world = World::calm().with_variable("innodb_online_alter_log_max_size", log);
            world.request.engine = engine;
            let told = world.with_table(|table| table.summary.data_bytes = bytes).codes();
            told.contains(&"ONLINE_LOG_SMALL".to_owned())
        };
        let (default, big) = ("134217728", 4 << 30);
        assert!(world(EngineChoice::Direct, default, big));
        assert!(
            !world(EngineChoice::PtOsc, default, big),
            "the copy needs no such log"
        );
        assert!(!world(EngineChoice::Direct, "1073741824", big));
        assert!(!world(EngineChoice::Direct, default, 500 << 20));
    }
}

//! A rebuild to give space back has space to give. Scope: the table. `info`: the copy costs as much as any other.

use mysqler_contract::{ChangeKind, Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["RECLAIM_LITTLE_FREE"];

/// Less than a tenth of the table is not worth a copy of all of it.
const WORTHWHILE_PART: u64 = 10;

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let (ChangeKind::Reclaim, Some(facts)) = (&context.input.request.kind, context.input.table) else {
        return Vec::new();
    };
    let size = facts.summary.data_bytes.saturating_add(facts.summary.index_bytes);
    if facts.summary.free_bytes >= size / WORTHWHILE_PART {
        return Vec::new();
    }
    let megabytes = |bytes: u64| bytes / (1024 * 1024);
    let finding = Finding::new("RECLAIM_LITTLE_FREE", Severity::Info)
        .with("free_mb", megabytes(facts.summary.free_bytes));
    vec![finding.with("size_mb", megabytes(size))]
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::ChangeKind;

    #[test]
    fn little_free_space_is_said_before_the_copy() {
        let mut world = World::calm();
        world.request.kind = ChangeKind::Reclaim;
        assert_eq!(world.codes(), ["RECLAIM_LITTLE_FREE"]);
        let worth = world.with_table(|table| table.summary.free_bytes = table.summary.data_bytes);
        assert_eq!(worth.codes(), Vec::<String>::new());
    }
}

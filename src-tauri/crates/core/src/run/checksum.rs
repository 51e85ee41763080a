//! Comparing both tables' rows at the gate, by chunks of their key: which columns and which key they have in common, the
//! task that asks the server, and what follows from its answer.

use std::collections::BTreeMap;

use mysqler_contract::{
    AppError, Checksum, ChecksumOutcome, ColumnFacts, ErrorCode, KeyFacts, KeyRange, Result, RunEventKind,
    RunView, TableFacts, TableRef, Timestamp,
};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::supervisor::Supervisor;
use crate::Core;
use crate::ports::{ColumnForm, ComparisonEnd, RowComparison, Side, Target};

/// What the task says.
pub(super) enum Heard {
    /// Columns that are left out.
    LeftOut(Vec<String>),
    Rows(u64),
    Ended(ChecksumOutcome, u64),
}

/// A comparison that is under way; dropping it ends the question on the server.
pub(super) struct Comparing {
    heard: mpsc::UnboundedReceiver<Heard>,
    cancel: CancellationToken,
    _ends: DropGuard,
    checksum: Checksum,
    told_at: Timestamp,
}

/// Progress is told this often at most, ms.
const STEP_MS: u64 = 2_000;

/// Why the run must not swap, when its rows were found to differ.
pub(super) fn difference(view: &RunView) -> Option<AppError> {
    let keys = view.differs.as_ref()?;
    let key = |key: &Option<String>| key.clone().unwrap_or_else(|| "…".to_owned());
    Some(
        AppError::new(ErrorCode::RowsDiffer)
            .with("table", &view.table)
            .with("after", key(&keys.after))
            .with("to", key(&keys.to)),
    )
}

impl Supervisor {
    pub(super) async fn begin_comparison(&mut self) -> Result<()> {
        if self.comparing.is_some() {
            return Ok(());
        }
        let limit = self.gate_limit().await?;
        let checksum = Checksum {
            began: self.now(),
            rows: 0,
            left_out: Vec::new(),
            outcome: ChecksumOutcome::Comparing,
        };
        self.tell_checksum(&checksum);
        let (tell, heard) = mpsc::unbounded_channel();
        let cancel = CancellationToken::new();
        match self.both_tables().await {
            Ok((target, table, shadow)) => {
                let asker = Asker {
                    core: self.core.clone(),
                    target,
                    table,
                    shadow,
                    renames: self.plan.renames.clone().unwrap_or_default(),
                    tell,
                };
                let cancel = cancel.clone();
                self.core
                    .memory
                    .supervisors
                    .tasks
                    .spawn(async move { asker.ask(limit, &cancel).await });
            }
            Err(error) if error.code == ErrorCode::LeaseLost => return Err(error),
            Err(error) => {
                let _ = tell.send(Heard::Ended(failed(&error), 0));
            }
        }
        self.comparing = Some(Comparing {
            heard,
            _ends: cancel.clone().drop_guard(),
            cancel,
            told_at: checksum.began,
            checksum,
        });
        Ok(())
    }

    pub(super) fn end_comparison(&mut self) {
        if let Some(comparing) = &self.comparing {
            comparing.cancel.cancel();
        }
    }

    /// Returns when the task has something to say; else never.
    pub(super) async fn comparison_heard(comparing: &mut Option<Comparing>) -> Heard {
        match comparing {
            Some(comparing) => match comparing.heard.recv().await {
                Some(heard) => heard,
                None => Heard::Ended(
                    failed(&AppError::new(ErrorCode::Cancelled)),
                    comparing.checksum.rows,
                ),
            },
            None => std::future::pending().await,
        }
    }

    pub(super) fn compared(&mut self, heard: Heard) {
        let now = self.now();
        let Some(comparing) = &mut self.comparing else {
            return;
        };
        let checksum = &mut comparing.checksum;
        match heard {
            Heard::LeftOut(columns) => checksum.left_out = columns,
            Heard::Rows(rows) => {
                checksum.rows = rows;
                if now.since(comparing.told_at) < STEP_MS {
                    return;
                }
            }
            Heard::Ended(outcome, rows) => {
                checksum.outcome = outcome;
                checksum.rows = rows;
            }
        }
        comparing.told_at = now;
        let told = checksum.clone();
        if !told.under_way() {
            self.comparing = None;
        }
        self.tell_checksum(&told);
    }

    fn tell_checksum(&mut self, checksum: &Checksum) {
        let checksum = checksum.clone();
        self.rec.event(RunEventKind::Checksummed { checksum });
    }

    /// A question that another process had under way ended with it.
    pub(super) fn forget_questions(&mut self) {
        let gone = || AppError::new(ErrorCode::Cancelled);
        if let Some(checksum) = self.rec.view().checksum.clone().filter(Checksum::under_way) {
            let outcome = failed(&gone());
            self.tell_checksum(&Checksum { outcome, ..checksum });
        }
        // The first count of a guarded gate is made again.
        let again = self.guards_gate() && self.rec.view().gate.is_none();
        if self.rec.view().counting.is_some() && !again {
            let why = Some(gone().to_string());
            let count = mysqler_contract::GateCount::NotCounted { why };
            self.rec.event(RunEventKind::GateCounted { count });
        }
    }
}

fn failed(error: &AppError) -> ChecksumOutcome {
    ChecksumOutcome::Failed {
        why: error.to_string(),
    }
}

/// The task's own part.
struct Asker {
    core: Core,
    target: Target,
    table: TableRef,
    shadow: TableRef,
    renames: BTreeMap<String, String>,
    tell: mpsc::UnboundedSender<Heard>,
}

impl Asker {
    async fn ask(self, limit: std::time::Duration, cancel: &CancellationToken) {
        let (outcome, rows) = match self.outcome(limit, cancel).await {
            Ok(ended) => ended,
            Err(error) => (failed(&error), 0),
        };
        // Nobody listens when the run went on meanwhile.
        let _ = self.tell.send(Heard::Ended(outcome, rows));
    }

    async fn outcome(
        &self,
        limit: std::time::Duration,
        cancel: &CancellationToken,
    ) -> Result<(ChecksumOutcome, u64)> {
        let servers = &self.core.ports.servers;
        let one = servers.table_facts(&self.target, &self.table).await?;
        let other = servers.table_facts(&self.target, &self.shadow).await?;
        let common = match common(&one, &other, (&self.table, &self.shadow), &self.renames) {
            Ok(common) => common,
            Err(why) => return Ok((ChecksumOutcome::Impossible { why: why.to_owned() }, 0)),
        };
        let _ = self.tell.send(Heard::LeftOut(common.left_out));
        let heard = |rows| {
            let _ = self.tell.send(Heard::Rows(rows));
        };
        let ended = servers
            .compare_rows(&self.target, &common.comparison, limit, cancel, &heard)
            .await?;
        Ok(match ended {
            ComparisonEnd::Equal { rows } => (ChecksumOutcome::Equal, rows),
            ComparisonEnd::Different { rows, after, to } => {
                let keys = KeyRange { after, to };
                (ChecksumOutcome::Different { keys }, rows)
            }
            ComparisonEnd::Unreadable { rows } => {
                let why = "unreadable".to_owned();
                (ChecksumOutcome::Impossible { why }, rows)
            }
            ComparisonEnd::OutOfTime { rows, up_to } => (ChecksumOutcome::OutOfTime { up_to }, rows),
            ComparisonEnd::Cancelled { rows, up_to } => (ChecksumOutcome::Cancelled { up_to }, rows),
        })
    }
}

#[derive(Debug)]
struct Common {
    comparison: RowComparison,
    left_out: Vec<String>,
}

/// Columns that are the same in both, and a key of both among them. The reason of a refusal is below `gate.compare_` of the
/// catalogue.
fn common(
    one: &TableFacts,
    other: &TableFacts,
    tables: (&TableRef, &TableRef),
    renames: &BTreeMap<String, String>,
) -> std::result::Result<Common, &'static str> {
    let counterpart = |column: &ColumnFacts| -> Option<&ColumnFacts> {
        let name = renames.get(&column.name.to_lowercase()).unwrap_or(&column.name);
        let same = |other: &&ColumnFacts| other.name.to_lowercase() == name.to_lowercase();
        other.columns.iter().find(same).filter(|other| {
            other.column_type == column.column_type && other.charset == column.charset && !other.generated
        })
    };
    let (mut pairs, mut left_out) = (Vec::new(), Vec::new());
    for column in one.columns.iter().filter(|column| !column.generated) {
        match counterpart(column) {
            Some(other) => pairs.push((column, other)),
            None => left_out.push(column.name.clone()),
        }
    }
    let same_order = |name: &str| {
        let found = pairs.iter().find(|(one, _)| one.name.eq_ignore_ascii_case(name));
        found.filter(|(one, other)| one.collation == other.collation && is_ordered(&one.column_type))
    };
    let keys = one
        .keys
        .iter()
        .filter(|key| key.unique && key.not_null && key.index_type == "BTREE");
    let mut usable = keys.filter_map(|key| {
        let columns: Vec<_> = whole_columns(key)?
            .into_iter()
            .map(same_order)
            .collect::<Option<_>>()?;
        let theirs: Vec<&str> = columns.iter().map(|(_, other)| other.name.as_str()).collect();
        let index = other.keys.iter().find(|key| begins_with(key, &theirs))?;
        let ours = columns.iter().map(|(one, _)| one.name.clone()).collect();
        let theirs = theirs.into_iter().map(str::to_owned).collect();
        Some(((key.name.clone(), ours), (index.name.clone(), theirs)))
    });
    let ((index, key), (other_index, other_key)) = usable.next().ok_or("no_key")?;
    let side = |table: &TableRef, index, key, columns| Side {
        table: table.clone(),
        index,
        key,
        columns,
    };
    Ok(Common {
        comparison: RowComparison {
            forms: pairs.iter().map(|(one, _)| form(&one.column_type)).collect(),
            one: side(
                tables.0,
                index,
                key,
                pairs.iter().map(|(one, _)| one.name.clone()).collect(),
            ),
            other: side(
                tables.1,
                other_index,
                other_key,
                pairs.iter().map(|(_, other)| other.name.clone()).collect(),
            ),
        },
        left_out,
    })
}

/// `None` for a key with a part of a column or an expression.
fn whole_columns(key: &KeyFacts) -> Option<Vec<&str>> {
    let columns = key.columns.iter();
    columns
        .map(|column| column.name.as_deref().filter(|_| column.prefix.is_none()))
        .collect()
}

fn begins_with(key: &KeyFacts, wanted: &[&str]) -> bool {
    let columns: Vec<_> = key
        .columns
        .iter()
        .filter(|column| column.prefix.is_none())
        .collect();
    key.index_type == "BTREE"
        && columns.len() >= wanted.len()
        && columns.iter().zip(wanted).all(|(column, name)| {
            column
                .name
                .as_deref()
                .is_some_and(|own| own.eq_ignore_ascii_case(name))
        })
}

fn base(column_type: &str) -> &str {
    column_type.split(['(', ' ']).next().unwrap_or_default()
}

fn is_whole(base: &str) -> bool {
    matches!(
        base,
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint"
    )
}

/// Types whose values keep their order when they are compared with a value that was read: an ENUM goes by its number, a
/// float by digits that its text does not have.
fn is_ordered(column_type: &str) -> bool {
    let base = base(column_type).to_lowercase();
    is_whole(&base)
        || matches!(
            base.as_str(),
            "decimal"
                | "numeric"
                | "char"
                | "varchar"
                | "binary"
                | "varbinary"
                | "date"
                | "datetime"
                | "timestamp"
        )
}

fn form(column_type: &str) -> ColumnForm {
    let base = base(column_type).to_lowercase();
    match base.as_str() {
        "decimal" | "numeric" | "date" | "datetime" | "timestamp" | "time" | "year" => ColumnForm::Text,
        "float" | "double" | "real" => ColumnForm::Digits,
        base if is_whole(base) => ColumnForm::Text,
        "char" | "varchar" | "binary" | "varbinary" | "enum" | "set" => ColumnForm::Bytes,
        base if base.ends_with("text") || base.ends_with("blob") => ColumnForm::Long,
        "bit" => ColumnForm::Bits,
        "json" => ColumnForm::Json,
        _ => ColumnForm::Opaque,
    }
}

#[cfg(test)]
mod tests {
    use mysqler_contract::KeyColumn;

    use super::*;
    use crate::preflight::fixture::World;

    fn facts() -> TableFacts {
        World::calm().table.expect("the fixture has one")
    }

    fn of(
        one: &TableFacts,
        other: &TableFacts,
        renames: &[(&str, &str)],
    ) -> std::result::Result<Common, &'static str> {
        let renames = renames
            .iter()
            .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
        let (table, shadow) = (
            TableRef::new("shop", "orders"),
            TableRef::new("shop", "_orders_new"),
        );
        common(one, other, (&table, &shadow), &renames.collect())
    }

    #[test]
    fn altered_columns_are_left_out_and_renamed_ones_found() {
        let one = facts();
        let mut other = one.clone();
        let last = other.columns.len() - 1;
        let old = other.columns[last].name.clone();
        other.columns[last].name = "renamed".into();
        other.columns[last - 1].column_type = "varchar(7)".into();
        let altered = one.columns[last - 1].name.clone();
        let renamed = of(&one, &other, &[(&old.to_lowercase(), "renamed")]).expect("comparable");
        assert_eq!(renamed.left_out, std::slice::from_ref(&altered));
        let sides = &renamed.comparison;
        assert_eq!(
            (
                sides.one.columns.last(),
                sides.other.columns.last().map(String::as_str)
            ),
            (Some(&old), Some("renamed"))
        );
        assert_eq!(
            of(&one, &other, &[]).expect("comparable").left_out,
            [altered, old]
        );
    }

    #[test]
    fn a_key_is_needed_that_both_go_by_in_the_same_order() {
        let one = facts();
        let mut other = one.clone();
        other.keys.retain(|key| !key.unique);
        assert_eq!(of(&one, &other, &[]).expect_err("no key"), "no_key");
        let mut floating = one.clone();
        for column in &mut floating.columns {
            column.column_type = "double".into();
        }
        assert_eq!(
            of(&floating, &floating.clone(), &[]).expect_err("no order"),
            "no_key"
        );
        let mut part = one.clone();
        for key in &mut part.keys {
            key.columns = vec![KeyColumn {
                name: Some(one.columns[0].name.clone()),
                prefix: Some(3),
            }];
        }
        assert_eq!(of(&part, &part.clone(), &[]).expect_err("a part"), "no_key");
    }

    #[test]
    fn every_type_has_its_way_into_the_hash() {
        for (column_type, wanted) in [
            ("bigint unsigned", ColumnForm::Text),
            ("decimal(12,2)", ColumnForm::Text),
            ("varchar(64)", ColumnForm::Bytes),
            ("enum('a','b')", ColumnForm::Bytes),
            ("mediumtext", ColumnForm::Long),
            ("bit(3)", ColumnForm::Bits),
            ("json", ColumnForm::Json),
            ("float unsigned", ColumnForm::Digits),
            ("double(10,2)", ColumnForm::Digits),
            ("point", ColumnForm::Opaque),
            ("uuid", ColumnForm::Opaque),
        ] {
            assert_eq!(form(column_type), wanted, "{column_type}");
        }
    }
}

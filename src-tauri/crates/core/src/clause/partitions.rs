//! Readers of partition operations and of partition definitions.

use super::cursor::Cursor;
use super::keys::setting;
use super::kind::{OperationKind, PartitionWork};
use super::parts::{Name, Partition, PartitionMethod, PartitionValues, Partitioning, Setting};
use super::read::Draft;

/// A partition operation that does not begin with ADD or DROP.
pub(super) fn operation(cursor: &mut Cursor<'_>) -> Option<Draft> {
    if cursor.take_all(&["PARTITION", "BY"]) {
        let rest = Some(cursor.offset());
        let kind = OperationKind::PartitionBy(partitioning(cursor));
        return Some(Draft {
            rest,
            ..Draft::of(kind)
        });
    }
    if cursor.take_all(&["REMOVE", "PARTITIONING"]) {
        return Some(Draft::of(OperationKind::RemovePartitioning));
    }
    const WORK: [(&str, PartitionWork); 6] = [
        ("TRUNCATE", PartitionWork::Truncate),
        ("ANALYZE", PartitionWork::Analyze),
        ("CHECK", PartitionWork::Check),
        ("OPTIMIZE", PartitionWork::Optimize),
        ("REBUILD", PartitionWork::Rebuild),
        ("REPAIR", PartitionWork::Repair),
    ];
    let found = WORK
        .iter()
        .find(|(word, _)| cursor.take_all(&[word, "PARTITION"]));
    if let Some((_, kind)) = found {
        return Some(work(cursor, *kind));
    }
    if cursor.take_all(&["REORGANIZE", "PARTITION"]) {
        return Some(reorganize(cursor));
    }
    if cursor.take_all(&["COALESCE", "PARTITION"]) {
        let local = take_local(cursor);
        let count = cursor.name();
        return Some(Draft {
            local,
            ..Draft::of(OperationKind::CoalescePartitions { count })
        });
    }
    refused(cursor)
}

/// Operations that move rows between real tables or files.
fn refused(cursor: &mut Cursor<'_>) -> Option<Draft> {
    if cursor.take_all(&["EXCHANGE", "PARTITION"]) {
        let partition = cursor.name();
        let named = cursor.take_all(&["WITH", "TABLE"]);
        let table = if named { cursor.table_name() } else { None };
        let kind = OperationKind::ExchangePartition {
            partition,
            table: table.map(|(_, table)| table),
        };
        cursor.at = cursor.end;
        return Some(Draft::of(kind));
    }
    let kind = if cursor.take("EXCHANGE") {
        OperationKind::ExchangePartition {
            partition: None,
            table: None,
        }
    } else if cursor.is(0, "CONVERT") && cursor.is_any(1, &["PARTITION", "TABLE"]) {
        OperationKind::ConvertPartition
    } else if cursor.is_any(0, &["DISCARD", "IMPORT"]) {
        OperationKind::Tablespace
    } else {
        return None;
    };
    cursor.at = cursor.end;
    Some(Draft::of(kind))
}

/// From behind ADD PARTITION on.
pub(super) fn add(cursor: &mut Cursor<'_>) -> Draft {
    let conditional = cursor.condition();
    let local = take_local(cursor);
    let conditional = conditional || cursor.condition();
    let count = if cursor.take("PARTITIONS") {
        cursor.number()
    } else {
        None
    };
    let partitions = definitions(cursor);
    Draft {
        local,
        ..Draft::conditional(OperationKind::AddPartitions { partitions, count }, conditional)
    }
}

/// From behind the word PARTITION on.
pub(super) fn work(cursor: &mut Cursor<'_>, work: PartitionWork) -> Draft {
    let conditional = cursor.condition();
    let local = take_local(cursor);
    let all = cursor.take("ALL");
    let names = if all { Vec::new() } else { names(cursor) };
    let words = [
        "QUICK", "FAST", "MEDIUM", "EXTENDED", "CHANGED", "USE_FRM", "STORAGE", "CASCADE",
    ];
    while cursor.take_any(&words).is_some() || cursor.take_all(&["FOR", "UPGRADE"]) {}
    Draft {
        local,
        ..Draft::conditional(OperationKind::Partitions { work, names, all }, conditional)
    }
}

fn reorganize(cursor: &mut Cursor<'_>) -> Draft {
    let local = take_local(cursor);
    let names = if cursor.is(0, "INTO") {
        Vec::new()
    } else {
        names(cursor)
    };
    let into = if cursor.take("INTO") {
        definitions(cursor)
    } else {
        Vec::new()
    };
    Draft {
        local,
        ..Draft::of(OperationKind::ReorganizePartitions { names, into })
    }
}

fn take_local(cursor: &mut Cursor<'_>) -> bool {
    cursor.take_any(&["LOCAL", "NO_WRITE_TO_BINLOG"]).is_some()
}

/// `p0, p1`: the commas belong to the list, since no other operation can follow.
fn names(cursor: &mut Cursor<'_>) -> Vec<Name> {
    let mut names: Vec<Name> = cursor.name().into_iter().collect();
    while cursor.is_done() {
        let Some(mut ahead) = cursor.next_part() else {
            break;
        };
        // `DROP PARTITION p0, ADD …` is not for any server, but while it is typed it is two operations.
        let single =
            ahead.token(1).is_none() || ahead.is(1, "INTO") || ahead.is_any(1, &["QUICK", "EXTENDED"]);
        let Some(name) = ahead.name().filter(|_| single) else {
            break;
        };
        names.push(name);
        *cursor = ahead;
    }
    names
}

fn partitioning(cursor: &mut Cursor<'_>) -> Partitioning {
    let mut found = Partitioning {
        method: None,
        linear: cursor.take("LINEAR"),
        expression: None,
        columns: Vec::new(),
        count: None,
        partitions: Vec::new(),
    };
    found.method = method(cursor);
    let listed = cursor.take("COLUMNS") || found.method == Some(PartitionMethod::Key);
    if found.method == Some(PartitionMethod::Key) && cursor.take("ALGORITHM") {
        cursor.take_punct('=');
        cursor.skip();
    }
    if found.method == Some(PartitionMethod::SystemTime) {
        system_time(cursor);
    }
    let mut inside = *cursor;
    found.expression = cursor.inside_span();
    if listed {
        found.columns = inside.names_inside();
    }
    loop {
        if cursor.take("PARTITIONS") {
            found.count = cursor.number();
        } else if cursor.take_all(&["SUBPARTITION", "BY"]) {
            cursor.take("LINEAR");
            let key = method(cursor) == Some(PartitionMethod::Key);
            if key && cursor.take("ALGORITHM") {
                cursor.take_punct('=');
                cursor.skip();
            }
            cursor.inside();
        } else if cursor.take("SUBPARTITIONS") {
            cursor.number();
        } else if !cursor.take("AUTO") {
            break;
        }
    }
    found.partitions = definitions(cursor);
    found
}

fn method(cursor: &mut Cursor<'_>) -> Option<PartitionMethod> {
    match cursor.take_any(&["HASH", "KEY", "RANGE", "LIST", "SYSTEM_TIME"])? {
        "HASH" => Some(PartitionMethod::Hash),
        "KEY" => Some(PartitionMethod::Key),
        "RANGE" => Some(PartitionMethod::Range),
        "LIST" => Some(PartitionMethod::List),
        _ => Some(PartitionMethod::SystemTime),
    }
}

/// `INTERVAL 1 DAY STARTS '…'`, `LIMIT 1000`.
fn system_time(cursor: &mut Cursor<'_>) {
    while !cursor.is_done() && !cursor.is_punct(0, '(') && !cursor.is_any(0, &["PARTITIONS", "AUTO"]) {
        cursor.skip();
    }
}

fn definitions(cursor: &mut Cursor<'_>) -> Vec<Partition> {
    let Some(inside) = cursor.inside() else {
        return Vec::new();
    };
    inside.parts().filter_map(definition).collect()
}

fn definition(mut part: Cursor<'_>) -> Option<Partition> {
    let start = part.offset();
    if !part.take("PARTITION") {
        return None;
    }
    let name = part.name()?;
    let values = values(&mut part);
    let options = partition_options(&mut part);
    let subpartitions = match part.inside() {
        Some(inside) => inside.parts().filter_map(subpartition).collect(),
        None => Vec::new(),
    };
    Some(Partition {
        name,
        values,
        subpartitions,
        options,
        span: part.span_from(start),
    })
}

fn subpartition(mut part: Cursor<'_>) -> Option<Name> {
    part.take("SUBPARTITION");
    part.name()
}

fn values(part: &mut Cursor<'_>) -> Option<PartitionValues> {
    if part.take_any(&["DEFAULT", "HISTORY", "CURRENT"]).is_some() {
        return Some(PartitionValues::Other);
    }
    if !part.take("VALUES") {
        return None;
    }
    if part.take_all(&["LESS", "THAN"]) {
        let limit = part.inside();
        let largest = match limit {
            Some(inside) => inside.is(0, "MAXVALUE") && inside.token(1).is_none(),
            None => part.take("MAXVALUE"),
        };
        return match (largest, limit) {
            (true, _) => Some(PartitionValues::MaxValue),
            (false, limit) => limit.map(|inside| PartitionValues::LessThan(inside.rest())),
        };
    }
    if part.take("IN") {
        return part.inside_span().map(PartitionValues::In);
    }
    Some(PartitionValues::Other)
}

fn partition_options(part: &mut Cursor<'_>) -> Vec<Setting> {
    let mut options = Vec::new();
    loop {
        part.take("STORAGE");
        let name = if part.take_all(&["DATA", "DIRECTORY"]) {
            "DATA DIRECTORY"
        } else if part.take_all(&["INDEX", "DIRECTORY"]) {
            "INDEX DIRECTORY"
        } else {
            let words = [
                "ENGINE",
                "COMMENT",
                "MAX_ROWS",
                "MIN_ROWS",
                "TABLESPACE",
                "NODEGROUP",
            ];
            match part.take_any(&words) {
                Some(word) => word,
                None => return options,
            }
        };
        options.push(setting(part, name));
    }
}

//! Which sessions are at work on an online change, by what the server shows of them.

use mysqler_contract::TableRef;

use crate::ports::ToolSessions;

/// Those at work on a statement of the tool's that names the table, or the one that it copies into.
pub(crate) fn copying(
    sessions: &ToolSessions,
    origin: &TableRef,
    shadow: Option<&TableRef>,
) -> impl Iterator<Item = u64> {
    let names: Vec<String> = std::iter::once(origin)
        .chain(shadow)
        .map(TableRef::quoted)
        .collect();
    let is_copy = move |statement: &String| names.iter().any(|name| statement.contains(name));
    let copying = sessions.copying.iter();
    copying.filter_map(move |(id, statement)| is_copy(statement).then_some(*id))
}

/// Those that began a change of some table in that database; of which one an idle session does not tell.
pub(crate) fn building(sessions: &ToolSessions, database: &str) -> impl Iterator<Item = u64> {
    let building = sessions.building.iter();
    building.filter_map(move |(id, own)| (own == database).then_some(*id))
}

//! What keeps pt-osc from taking the table's own triggers along safely. It makes each anew on the shadow with
//! statements of its own, some names in them without quotes; and only a server that swaps locked tables lets no write
//! come between that and the swap.

use mysqler_contract::{Finding, Flavour, Severity, TriggerFacts};

use super::super::context::{Context, list};
use crate::clause::OperationKind;

/// From here on RENAME TABLE goes with LOCK TABLES.
const RENAMES_LOCKED_TABLES: (u16, u16, u16) = (8, 0, 13);
/// Each lets an account make triggers in another's name.
const FOR_OTHERS: [&str; 3] = ["SET_ANY_DEFINER", "SET_USER_ID", "SUPER"];

pub fn obstacles(context: &Context<'_>, triggers: &[&TriggerFacts]) -> Vec<Finding> {
    let all = || list(triggers.iter().map(|trigger| trigger.name.as_str()));
    let not_kept = |why: &str, names: String| {
        let account = &context.input.server.account;
        let finding = Finding::new("TRIGGERS_NOT_KEPT", Severity::Block);
        finding
            .with("why", why)
            .with("names", names)
            .with("account", account)
    };
    let mut found = Vec::new();
    if !swaps_locked_tables(context) {
        found.push(not_kept("triggers_server", all()));
    }
    if context
        .input
        .table
        .is_some_and(|facts| !facts.referenced_by.is_empty())
    {
        found.push(not_kept("triggers_children", all()));
    }
    if !context.holds_on_schema("LOCK TABLES") {
        found.push(not_kept("triggers_lock", all()));
    }
    let table = &context.input.request.table;
    if !is_plain(&table.table) || table.database.contains('`') {
        found.push(not_kept("triggers_name", all()));
    }
    for trigger in triggers {
        if trigger.name.contains('`')
            || trigger.definer.contains('`')
            || trigger.definer.matches('@').count() > 1
        {
            found.push(not_kept("triggers_name", trigger.name.clone()));
        }
        if is_garbled(trigger) {
            found.push(not_kept("triggers_charset", trigger.name.clone()).with("charset", &trigger.charset));
        }
        if !may_make(context, &trigger.definer) {
            found.push(not_kept("triggers_definer", trigger.name.clone()).with("definer", &trigger.definer));
        }
        for column in leaving(context).filter(|column| reads(&trigger.body, column)) {
            let finding = Finding::new("TRIGGER_USES_COLUMN", Severity::Block);
            found.push(finding.with("name", &trigger.name).with("column", column));
        }
    }
    found
}

fn swaps_locked_tables(context: &Context<'_>) -> bool {
    let server = context.input.server;
    let version = server.version;
    server.flavour == Flavour::MySql && (version.major, version.minor, version.patch) >= RENAMES_LOCKED_TABLES
}

/// Read right by the server without quotes.
fn is_plain(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii())
}

/// The tool sends UTF-8, and tells the server that it is the trigger's own character set.
fn is_garbled(trigger: &TriggerFacts) -> bool {
    let texts = [&trigger.name, &trigger.definer, &trigger.body];
    !trigger.charset.starts_with("utf8") && texts.iter().any(|text| !text.is_ascii())
}

fn may_make(context: &Context<'_>, definer: &str) -> bool {
    let quoted = match definer.rsplit_once('@') {
        Some((user, host)) => format!("'{}'@'{}'", user.replace('\'', "''"), host.replace('\'', "''")),
        None => return true,
    };
    quoted.eq_ignore_ascii_case(&context.input.server.account)
        || FOR_OTHERS
            .iter()
            .any(|privilege| context.holds_globally(privilege))
}

/// Columns that the new table does not have under their present names.
fn leaving<'c>(context: &'c Context<'_>) -> impl Iterator<Item = &'c str> {
    let operations = context.clause.operations.iter();
    operations.filter_map(|operation| match &operation.kind {
        OperationKind::DropColumn(name) => Some(name.as_str()),
        OperationKind::Change { from, column } if !column.name.is(from.as_str()) => Some(from.as_str()),
        OperationKind::RenameColumn { from, to } if !to.as_ref().is_some_and(|to| to.is(from.as_str())) => {
            Some(from.as_str())
        }
        _ => None,
    })
}

/// Whether a trigger's body names the column of the row that it fires for: `NEW.column` or `OLD.column`.
fn reads(body: &str, column: &str) -> bool {
    let (body, column) = (body.to_lowercase(), column.to_lowercase());
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    ["new", "old"].iter().any(|row| {
        body.match_indices(row).any(|(at, found)| {
            let name = body[at + found.len()..]
                .trim_start_matches(['`', '"'])
                .trim_start()
                .strip_prefix('.')
                .map(|rest| rest.trim_start().trim_start_matches(['`', '"']));
            !body[..at].ends_with(is_word)
                && name
                    .and_then(|name| name.strip_prefix(column.as_str()))
                    .is_some_and(|rest| !rest.starts_with(is_word))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{World, foreign_key, trigger};
    use super::*;

    fn whys(world: &World) -> Vec<String> {
        let found = world.findings().into_iter();
        let found = found.filter(|finding| finding.code == "TRIGGERS_NOT_KEPT");
        found.map(|finding| finding.params["why"].clone()).collect()
    }

    fn with(change: impl Fn(&mut TriggerFacts)) -> World {
        World::calm().with_table(|table| {
            let mut audit = trigger("audit");
            change(&mut audit);
            table.triggers = vec![audit];
        })
    }

    #[test]
    fn a_row_is_read_by_new_and_old_and_a_column_is_a_whole_word() {
        assert!(reads("SET NEW.status = upper(NEW.status)", "status"));
        assert!(reads("insert into log values (old . `Status`)", "status"));
        assert!(!reads("SET NEW.status_at = NOW()", "status"));
        assert!(!reads("UPDATE stats SET status = renew.status", "status"));
        assert!(!reads("SELECT status FROM other", "status"));
    }

    #[test]
    fn what_cannot_be_moved_right_is_named() {
        assert_eq!(whys(&with(|_| {})), Vec::<String>::new());
        let mut old = with(|_| {});
        old.server.version.major = 5;
        assert_eq!(whys(&old), ["triggers_server"]);
        let mut maria = with(|_| {});
        maria.server.flavour = Flavour::MariaDb;
        assert_eq!(whys(&maria), ["triggers_server"]);
        let parent = with(|_| {}).with_table(|table| table.referenced_by = vec![foreign_key("fk", "items")]);
        assert_eq!(whys(&parent), ["triggers_children"]);
        assert_eq!(
            whys(&with(|audit| audit.name = "au`dit".into())),
            ["triggers_name"]
        );
        assert_eq!(
            whys(&with(|audit| audit.definer = "a@b@%".into())),
            ["triggers_name"]
        );
        let gbk = with(|audit| {
            audit.charset = "gbk".into();
            audit.body = "SET @a = '订单'".into();
        });
        assert_eq!(whys(&gbk), ["triggers_charset"]);
        assert_eq!(
            whys(&with(|audit| audit.charset = "latin1".into())),
            Vec::<String>::new()
        );
        let spaced = |table: &str| {
            let mut world = World::named("shop", table);
            world = world.with_table(|facts| facts.triggers = vec![trigger("audit")]);
            whys(&world)
        };
        assert_eq!(spaced("my-orders"), ["triggers_name"]);
        assert_eq!(spaced("订单"), Vec::<String>::new());
    }

    #[test]
    fn an_account_without_the_right_makes_triggers_for_itself_alone() {
        let weak = |definer: &str| {
            let mut world = with(|audit| audit.definer = definer.into());
            world.server.global_privileges = vec!["PROCESS".into()];
            world.server.schema_privileges = vec!["ALL PRIVILEGES".into()];
            whys(&world)
        };
        assert_eq!(weak("dba@%"), Vec::<String>::new());
        assert_eq!(weak("app@%"), ["triggers_definer"]);
    }
}

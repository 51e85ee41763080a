//! Composing what the direct engine executes: pure data in, the exact statements out. Preview and run share the answer.

use mysqler_contract::{ChangeRequest, DirectLaunch, Flavour};

use crate::advice::{Attempt, Price};
use crate::clause::Analysis;

/// With the back-off between them these attempts wait a little over a minute for a lock.
const ATTEMPTS: u32 = 8;
const BACKOFF_MS: u64 = 500;

/// The ALTER as it was tried: its algorithm asserted in front of the clause, which follows byte for byte.
pub fn compose(
    request: &ChangeRequest,
    clause: &Analysis<'_>,
    price: Price,
    flavour: Flavour,
) -> DirectLaunch {
    let timeout = request.options.lock_wait_timeout_s.max(1);
    let mut session = vec![
        // The client's own mode must not decide what the clause means.
        "SET SESSION sql_mode = @@GLOBAL.sql_mode".to_owned(),
        format!("SET SESSION lock_wait_timeout = {timeout}"),
    ];
    if flavour == Flavour::MariaDb {
        // A limit that the server puts on every statement is not meant for a rebuild.
        session.push("SET SESSION max_statement_time = 0".to_owned());
    }
    let wanted = request.options.set_vars.iter();
    session.extend(wanted.map(|variable| format!("SET SESSION {} = {}", variable.name, variable.value)));
    DirectLaunch {
        session,
        statement: Attempt { price }.statement(&request.table, clause),
        algorithm: price.algorithm,
        lock_wait_timeout_s: timeout,
        attempts: ATTEMPTS,
        backoff_ms: BACKOFF_MS,
    }
}

/// The statement up to the clause: how a session that carries it is told among others, whatever a server's list makes of
/// the clause itself.
pub fn head(launch: &DirectLaunch, request: &ChangeRequest) -> String {
    let statement = launch.statement.as_str();
    let head = statement.strip_suffix(request.kind.clause());
    head.unwrap_or(statement).trim_end().to_owned()
}

/// The launch as statements to read and copy.
pub fn render(launch: &DirectLaunch) -> String {
    let statements = launch.session.iter().chain([&launch.statement]);
    statements
        .map(|statement| format!("{statement};"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clause::analyze;
    use mysqler_contract::{
        ChangeKind, ChangeOptions, ConnectionId, EngineChoice, SessionVariable, TableRef,
    };

    fn request(clause: &str) -> ChangeRequest {
        ChangeRequest {
            connection_id: ConnectionId("c".into()),
            table: TableRef::new("my`db", "订单"),
            kind: ChangeKind::Alter {
                clause: clause.into(),
            },
            options: ChangeOptions::default(),
            engine: EngineChoice::Auto,
            runner: None,
            dry_run: false,
            hold_cutover: false,
        }
    }

    #[test]
    fn the_algorithm_stands_in_front_of_the_clause_and_the_clause_is_kept() {
        let clause = "ADD COLUMN a INT  COMMENT 'x\\'' -- why";
        let launch = compose(&request(clause), &analyze(clause), Price::INSTANT, Flavour::MySql);
        assert_eq!(
            launch.statement,
            format!("ALTER TABLE `my``db`.`订单` ALGORITHM=INSTANT, {clause}")
        );
    }

    #[test]
    fn the_head_is_all_but_the_clause() {
        let request = request("ADD COLUMN a INT");
        let launch = compose(
            &request,
            &analyze("ADD COLUMN a INT"),
            Price::INPLACE,
            Flavour::MySql,
        );
        assert_eq!(
            head(&launch, &request),
            "ALTER TABLE `my``db`.`订单` ALGORITHM=INPLACE, LOCK=NONE,"
        );
    }

    #[test]
    fn writers_are_let_through_wherever_the_server_takes_the_word_for_it() {
        let statement =
            |clause, price| compose(&request(clause), &analyze(clause), price, Flavour::MariaDb).statement;
        for (price, asserted) in [
            (Price::INSTANT, "ALGORITHM=INSTANT, ADD"),
            (Price::NOCOPY, "ALGORITHM=NOCOPY, LOCK=NONE, ADD"),
            (Price::INPLACE, "ALGORITHM=INPLACE, LOCK=NONE, ADD"),
            (Price::INPLACE_LOCKED, "ALGORITHM=INPLACE, ADD"),
            (Price::COPY, "ALGORITHM=COPY, ADD"),
        ] {
            let statement = statement("ADD INDEX (a)", price);
            assert!(statement.contains(asserted), "{statement}");
        }
        let partitioned = statement("PARTITION BY HASH(id)", Price::COPY);
        assert!(
            partitioned.ends_with("ALGORITHM=COPY PARTITION BY HASH(id)"),
            "{partitioned}"
        );
    }

    #[test]
    fn the_session_has_the_servers_own_mode_and_the_users_variables_after_it() {
        let mut request = request("FORCE");
        request.options.lock_wait_timeout_s = 0;
        request.options.set_vars = vec![SessionVariable {
            name: "sql_mode".into(),
            value: "''".into(),
        }];
        let launch = compose(&request, &analyze("FORCE"), Price::INPLACE, Flavour::MariaDb);
        assert_eq!(
            launch.session,
            [
                "SET SESSION sql_mode = @@GLOBAL.sql_mode",
                "SET SESSION lock_wait_timeout = 1",
                "SET SESSION max_statement_time = 0",
                "SET SESSION sql_mode = ''",
            ]
        );
        assert!(
            render(&launch).ends_with("LOCK=NONE, FORCE;"),
            "{}",
            render(&launch)
        );
    }
}

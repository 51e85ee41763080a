//! A clause while it is typed: what the lexer says of it, and what the server says, each by the rules of the session that
//! a run would have.

use mysqler_contract::{
    ClauseDiagnosis, ConnectionId, PrepareVerdict, Result, SessionVariable, TableRef, sql_mode_among,
};

use crate::Core;
use crate::clause::{SqlMode, diagnose_under};

impl Core {
    /// What the lexer alone says, at once and without a server. `server_mode` is the server's global sql_mode as far as
    /// it is known already; a server's default holds otherwise.
    pub fn clause_diagnose(
        &self,
        clause: &str,
        set_vars: &[SessionVariable],
        server_mode: Option<&str>,
    ) -> ClauseDiagnosis {
        diagnose_under(clause, SqlMode::of_run(sql_mode_among(set_vars), server_mode))
    }

    /// What the server says; executes nothing. A clause that the lexer refuses never reaches the server, and by which
    /// rules the lexer has to read is asked of the server itself.
    pub async fn clause_prepare(
        &self,
        id: &ConnectionId,
        table: &TableRef,
        clause: &str,
        set_vars: &[SessionVariable],
    ) -> Result<PrepareVerdict> {
        let target = self.target(id).await?;
        let servers_own = self.ports.servers.sql_mode(&target).await?;
        let diagnosis = self.clause_diagnose(clause, set_vars, Some(&servers_own));
        if !diagnosis.problems.is_empty() {
            return Ok(PrepareVerdict::NotProven {
                message: String::new(),
            });
        }
        let mode = for_preparing(sql_mode_among(set_vars));
        self.ports.servers.prepare(&target, table, clause, mode).await
    }
}

/// The sql_mode of the session that prepares: an expression over variables is no value for it.
pub(crate) fn for_preparing(wanted: Option<&str>) -> Option<&str> {
    wanted.filter(|mode| !mode.contains('@'))
}

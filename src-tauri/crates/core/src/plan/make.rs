//! Making a plan.

use mysqler_contract::{AppError, ChangeRequest, ClauseDiagnosis, ConnectionId, Plan, PrepareVerdict, Result, TableRef};

use crate::Core;

impl Core {
    /// What the lexer alone says, at once and without a server.
    pub fn clause_diagnose(&self, clause: &str) -> ClauseDiagnosis {
        crate::clause::diagnose(clause)
    }

    /// What the server says; executes nothing. A clause that the lexer refuses never reaches the server.
    pub async fn clause_prepare(&self, id: &ConnectionId, table: &TableRef, clause: &str) -> Result<PrepareVerdict> {
        if !self.clause_diagnose(clause).problems.is_empty() {
            return Ok(PrepareVerdict::NotProven { message: String::new() });
        }
        let target = self.target(id).await?;
        self.ports.servers.prepare(&target, table, clause, None).await
    }

    /// Looks at everything and decides the exact way. Changes nothing on the server.
    pub async fn plan(&self, request: ChangeRequest) -> Result<Plan> {
        let _ = request;
        Err(AppError::internal("not built"))
    }
}

//! Runs of the past: filtered, paged, and summed by the database.

use mysqler_contract::{HistoryFigures, HistoryFilter, HistoryPage, Page, Result};
use sqlx::{QueryBuilder, Sqlite};

use super::{from_json, uint, word};
use crate::{Store, fault};

impl Store {
    pub(super) async fn history_page(&self, filter: &HistoryFilter, page: Page) -> Result<HistoryPage> {
        // One snapshot for both answers: the figures and the page are of the same runs.
        let mut snapshot = self.readers().begin().await.map_err(fault::sql)?;

        let mut query = QueryBuilder::new("SELECT view FROM runs");
        narrow(&mut query, filter)?;
        query
            .push(" ORDER BY created_at DESC, id DESC LIMIT ")
            .push_bind(i64::from(page.size));
        query
            .push(" OFFSET ")
            .push_bind(i64::from(page.index) * i64::from(page.size));
        let views = query
            .build_query_scalar::<String>()
            .fetch_all(&mut *snapshot)
            .await
            .map_err(fault::sql)?;

        let mut query = QueryBuilder::new(
            "SELECT COUNT(*), COUNT(*) FILTER (WHERE state = 'completed'),
                COUNT(*) FILTER (WHERE state IN ('failed', 'cancelled', 'needs_cleanup', 'unknown')),
                CAST(AVG(duration_ms) FILTER (WHERE state = 'completed') AS INTEGER),
                COALESCE(SUM(rows_copied), 0)
            FROM runs",
        );
        narrow(&mut query, filter)?;
        type Figures = (i64, i64, i64, Option<i64>, i64);
        let sums = query
            .build_query_as::<Figures>()
            .fetch_one(&mut *snapshot)
            .await
            .map_err(fault::sql)?;
        snapshot.commit().await.map_err(fault::sql)?;

        let (total, completed, ended_otherwise, mean_duration_ms, rows_copied) = sums;
        let runs: Result<Vec<_>> = views.iter().map(|view| from_json("runs.view", view)).collect();
        Ok(HistoryPage {
            runs: runs?,
            total: uint(total),
            figures: HistoryFigures {
                total: uint(total),
                completed: uint(completed),
                ended_otherwise: uint(ended_otherwise),
                mean_duration_ms: mean_duration_ms.map(uint),
                rows_copied: uint(rows_copied),
            },
        })
    }
}

/// Values are bound, never written into the statement.
fn narrow(query: &mut QueryBuilder<Sqlite>, filter: &HistoryFilter) -> Result<()> {
    query.push(" WHERE 1 = 1");
    if let [state] = filter.states.as_slice() {
        query.push(" AND state = ").push_bind(state.as_str());
    } else if !filter.states.is_empty() {
        query.push(" AND state IN (");
        let mut states = query.separated(", ");
        for state in &filter.states {
            states.push_bind(state.as_str());
        }
        query.push(")");
    }
    if let Some(environment) = &filter.environment {
        query.push(" AND environment = ").push_bind(word(environment)?);
    }
    if let Some(connection) = &filter.connection_id {
        query
            .push(" AND connection_id = ")
            .push_bind(connection.0.clone());
    }
    if let Some(database) = &filter.database {
        query.push(" AND database = ").push_bind(database.clone());
    }
    if let Some(part) = filter.table.as_deref().filter(|part| !part.is_empty()) {
        query
            .push(" AND table_name LIKE ")
            .push_bind(containing(part))
            .push(r" ESCAPE '\'");
    }
    if let Some(part) = filter.text.as_deref().filter(|part| !part.is_empty()) {
        for (n, column) in ["clause", "id", "error"].into_iter().enumerate() {
            query.push(if n == 0 { " AND (" } else { " OR " }).push(column);
            query
                .push(" LIKE ")
                .push_bind(containing(part))
                .push(r" ESCAPE '\'");
        }
        query.push(")");
    }
    if let Some(from) = filter.from {
        query.push(" AND created_at >= ").push_bind(from.0);
    }
    if let Some(to) = filter.to {
        query.push(" AND created_at < ").push_bind(to.0);
    }
    Ok(())
}

/// A LIKE pattern for text that contains `part`, its own wildcards taken literally.
fn containing(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for character in part.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

use mysqler_contract::{
    AppError, Connection, ConnectionId, Environment, ErrorCode, HistoryFigures, HistoryFilter, HistoryPage,
    Page, RunState, RunStateKind, RunView, TableRef, Timestamp,
};
use mysqler_core::ports::{RunBatch, RunStore};
use mysqler_store::Store;
use tempfile::TempDir;

use crate::samples::{completed, connection, plan, queued, view};
use crate::world::{NOW, fresh};

const ALL: Page = Page { index: 0, size: 500 };

/// Twelve runs a minute apart: every third failed, the second of each three still queued, others completed in 10 s with
/// 1000 rows times their number; odd ones on production.
async fn twelve() -> (TempDir, Store) {
    let (dir, store) = fresh().await;
    for n in 0..12_u32 {
        let environment = if n % 2 == 1 {
            Environment::Production
        } else {
            Environment::Test
        };
        let main = Connection {
            environment,
            ..connection(if n % 2 == 1 { "odd" } else { "even" }, "main")
        };
        let table = TableRef::new(if n < 6 { "shop" } else { "商店" }, format!("Orders_{n}"));
        let plan = plan(&main, &table);
        let created_at = Timestamp(NOW.0 + i64::from(n) * 60_000);
        let clause = if n == 4 {
            "DROP COLUMN `100%_done`".to_owned()
        } else {
            format!("ADD COLUMN c{n} INT")
        };
        let made = RunView {
            clause,
            created_at,
            ..view(&plan)
        };
        let (made, lease) = store
            .create("20260301", made, &plan, &queued(), "w", NOW)
            .await
            .unwrap();
        let error = AppError::new(ErrorCode::RunFailed).detail("Lock wait timeout exceeded");
        let after = match n % 3 {
            0 => completed(&made, u64::from(n) * 1000, 10_000),
            1 => made,
            _ => RunView {
                state: RunState::Failed { error },
                ..completed(&made, 7, 5)
            },
        };
        store.append(&lease, &RunBatch::default(), &after).await.unwrap();
    }
    (dir, store)
}

fn numbers(page: &HistoryPage) -> Vec<u32> {
    page.runs
        .iter()
        .map(|run| run.table.table["Orders_".len()..].parse().unwrap())
        .collect()
}

async fn found(store: &Store, filter: HistoryFilter) -> Vec<u32> {
    let page = store.history(&filter, ALL).await.unwrap();
    assert_eq!(page.total, page.runs.len() as u64);
    assert_eq!(page.figures.total, page.total);
    numbers(&page)
}

#[tokio::test]
async fn everything_comes_newest_first_page_by_page() {
    let (_dir, store) = twelve().await;
    let page = async |index| {
        store
            .history(&HistoryFilter::default(), Page { index, size: 5 })
            .await
            .unwrap()
    };
    assert_eq!(numbers(&page(0).await), [11, 10, 9, 8, 7]);
    assert_eq!(numbers(&page(1).await), [6, 5, 4, 3, 2]);
    assert_eq!(numbers(&page(2).await), [1, 0]);
    let past = page(3).await;
    assert_eq!(
        (past.runs.len(), past.total),
        (0, 12),
        "a page past the end still tells the total"
    );
}

#[tokio::test]
async fn each_filter_narrows_and_together_they_narrow_more() {
    let (_dir, store) = twelve().await;
    let any = HistoryFilter::default;
    let states = vec![RunStateKind::Failed, RunStateKind::Queued];
    assert_eq!(
        found(&store, HistoryFilter { states, ..any() }).await,
        [11, 10, 8, 7, 5, 4, 2, 1]
    );
    let environment = Some(Environment::Production);
    assert_eq!(
        found(&store, HistoryFilter { environment, ..any() }).await,
        [11, 9, 7, 5, 3, 1]
    );
    let connection_id = Some(ConnectionId("even".to_owned()));
    assert_eq!(
        found(
            &store,
            HistoryFilter {
                connection_id,
                ..any()
            }
        )
        .await,
        [10, 8, 6, 4, 2, 0]
    );
    let database = Some("商店".to_owned());
    assert_eq!(
        found(
            &store,
            HistoryFilter {
                database: database.clone(),
                ..any()
            }
        )
        .await,
        [11, 10, 9, 8, 7, 6]
    );
    let from = Some(Timestamp(NOW.0 + 2 * 60_000));
    let to = Some(Timestamp(NOW.0 + 5 * 60_000));
    assert_eq!(
        found(&store, HistoryFilter { from, to, ..any() }).await,
        [4, 3, 2],
        "from is included, to is not"
    );
    let states = vec![RunStateKind::Completed];
    assert_eq!(
        found(
            &store,
            HistoryFilter {
                states,
                environment,
                database,
                ..any()
            }
        )
        .await,
        [9]
    );
}

#[tokio::test]
async fn text_is_found_in_clause_id_and_error_without_case_and_taken_literally() {
    let (_dir, store) = twelve().await;
    let text = |text: &str| HistoryFilter {
        text: Some(text.to_owned()),
        ..HistoryFilter::default()
    };
    assert_eq!(found(&store, text("column C3 ")).await, [3]);
    assert_eq!(found(&store, text("0301-007")).await, [6]);
    assert_eq!(found(&store, text("LOCK WAIT")).await, [11, 8, 5, 2]);
    assert_eq!(found(&store, text("100%_D")).await, [4]);
    assert_eq!(
        found(&store, text("c3_INT")).await,
        [0_u32; 0],
        "an underscore is no wildcard"
    );
    assert_eq!(found(&store, text("%")).await, [4]);
    assert_eq!(found(&store, text("' OR 1=1 --")).await, [0_u32; 0]);
    assert_eq!(found(&store, text("")).await.len(), 12);
    let table = |part: &str| HistoryFilter {
        table: Some(part.to_owned()),
        ..HistoryFilter::default()
    };
    assert_eq!(found(&store, table("rders_1")).await, [11, 10, 1]);
    assert_eq!(found(&store, table("ORDERS_2")).await, [2]);
}

#[tokio::test]
async fn the_figures_are_of_all_that_match_not_of_the_page() {
    let (_dir, store) = twelve().await;
    let figures = async |filter| {
        store
            .history(&filter, Page { index: 0, size: 1 })
            .await
            .unwrap()
            .figures
    };
    let expected = HistoryFigures {
        total: 12,
        completed: 4,
        ended_otherwise: 4,
        mean_duration_ms: Some(10_000),
        rows_copied: (3 + 6 + 9) * 1000 + 4 * 7,
    };
    assert_eq!(figures(HistoryFilter::default()).await, expected);
    let none = HistoryFilter {
        database: Some("no".to_owned()),
        ..HistoryFilter::default()
    };
    assert_eq!(figures(none).await, HistoryFigures::default());
}

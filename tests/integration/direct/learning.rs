//! What a run of the server's own ALTER leaves for the next plan, and what not.

use mysqler_contract::{Compared, EngineChoice, Figure, Plan, Remark, RunView, Severity, TableRef, WorkKind};
use mysqler_core::run::pace;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::filled;

use crate::bench::{LONG, MANY, connection};

struct Bench {
    desk: Desk,
    connection: mysqler_contract::Connection,
    table: TableRef,
}

impl Bench {
    async fn plan(&self, clause: &str) -> Plan {
        let mut request = self.desk.request(&self.connection, &self.table, clause);
        request.engine = EngineChoice::Direct;
        self.desk.plan(request).await
    }

    async fn run(&self, plan: &Plan) -> RunView {
        let id = self.desk.start(plan).await.id;
        self.desk.completed(&id).await
    }
}

fn told(view: &RunView, figure: Figure) -> Option<&Compared> {
    view.compared.iter().find(|compared| compared.figure == figure)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_is_held_against_its_forecast_and_the_next_one_is_learned_from_it() {
    for server in [Server::Primary, Server::MariaDb] {
        let desk = Desk::new().await;
        let schema = desk.sandbox.fresh_schema(server, "direct_learning").await;
        let table = filled(&schema, "orders", MANY).await;
        let connection = connection(&desk, server).await;
        let bench = Bench {
            desk,
            connection,
            table,
        };

        let first = bench.plan(LONG).await;
        let work = first.forecast.work.expect("rows are gone through");
        assert_eq!(work.kind, WorkKind::Rebuild, "{server:?}");
        assert!(
            !first.forecast.learned && first.forecast.samples == 0,
            "{server:?}"
        );
        let view = bench.run(&first).await;
        let duration = told(&view, Figure::Duration).expect("compared");
        assert_eq!(duration.forecast, first.forecast.duration_ms);
        assert!(
            duration.fact.is_some_and(|ms| ms >= 1_000),
            "{server:?}: {duration:?}"
        );
        let room = told(&view, Figure::NewTable).expect("compared");
        assert_eq!(room.remark, Some(Remark::ByStatistics));
        let (foretold, is) = (room.forecast, room.fact.expect("measured"));
        assert!(
            (foretold..foretold * 6).contains(&is),
            "{server:?}: three more indexes, so it is larger than before: {room:?}"
        );
        assert_eq!(told(&view, Figure::Rows), None, "the server counts none");

        let (kind, rate) = pace(&view).expect("it took more than a second");
        assert_eq!(kind, WorkKind::Rebuild);
        let second = bench.plan("FORCE").await.forecast;
        assert_eq!(
            (second.learned, second.samples, second.rate_rows_s),
            (true, 1, rate),
            "{server:?}"
        );
        let indexes = bench.plan("ADD INDEX by_id_note (id, note)").await.forecast;
        assert_eq!(
            (indexes.work.map(|work| work.kind), indexes.learned),
            (Some(WorkKind::Indexes), false),
            "{server:?}: another kind of work"
        );

        let instant = bench.plan("ADD COLUMN extra INT").await;
        assert_eq!(instant.forecast.work, None, "{server:?}");
        let view = bench.run(&instant).await;
        assert_eq!(view.compared.len(), 1, "{server:?}: {:?}", view.compared);
        assert_eq!(pace(&view), None);
        let third = bench.plan("FORCE").await.forecast;
        assert_eq!(
            (third.samples, third.rate_rows_s),
            (1, rate),
            "{server:?}: metadata tells nothing of rows"
        );
        bench.desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_warns_of_the_time_that_replicas_will_be_behind() {
    const CODE: &str = "REPLICAS_FALL_BEHIND";
    for (server, clause, told) in [
        (Server::Primary, "FORCE", true),
        (Server::Primary, "ADD COLUMN mysqler_extra INT", false),
        (Server::MariaDb, "FORCE", false),
    ] {
        let desk = Desk::new().await;
        let connection = connection(&desk, server).await;
        let bench = Bench {
            table: TableRef::new("shop", "orders"),
            connection,
            desk,
        };
        let mut request = bench.desk.request(&bench.connection, &bench.table, clause);
        request.engine = EngineChoice::Direct;
        request.options.max_lag_s = 1;
        let plan = bench
            .desk
            .core
            .plan(request, None)
            .await
            .expect("the plan is made");
        let finding = plan.findings.iter().find(|finding| finding.code == CODE);
        assert_eq!(
            finding.is_some(),
            told,
            "{server:?}, {clause}: {:?}",
            plan.findings
        );
        if let Some(finding) = finding {
            assert_eq!(finding.severity, Severity::Warn);
            let lag_ms = plan.forecast.replicas[0].lag_ms.expect("nothing waits for it");
            assert_eq!(finding.params["lag_s"], lag_ms.div_ceil(1_000).to_string());
            assert!(lag_ms >= 5_000, "two million rows: {lag_ms} ms");
            assert_eq!(finding.params["replicas"], plan.forecast.replicas[0].host);
        }
        bench.desk.close().await;
    }
}

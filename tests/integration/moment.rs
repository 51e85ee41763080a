//! What happens on a real server at one moment, made to happen by a second session.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod moment {
    mod locks;
    mod plans;
    mod replicas;
    mod server_locks;
    mod sessions;

    use std::time::{Duration, Instant};

    use mysqler_contract::TableRef;
    use mysqler_core::ports::{MomentFacts, Servers};
    use mysqler_mysql::MySqlServers;
    use mysqler_tests::sandbox::{Account, Sandbox, Schema, Server};

    /// No step takes as long, on a busy machine either.
    pub const DEADLINE: Duration = Duration::from_secs(120);
    /// The storage engine makes its list of transactions anew only when nobody has read it for a tenth of a second.
    pub const BETWEEN: Duration = Duration::from_millis(250);

    /// A table `t` of two rows.
    pub async fn table(schema: &Schema) -> TableRef {
        let mut client = schema.client().await;
        client.run("CREATE TABLE t (id INT PRIMARY KEY, a INT)").await;
        client.run("INSERT INTO t VALUES (1, 1), (2, 2)").await;
        TableRef::new(schema.name(), "t")
    }

    pub async fn moment(server: Server, table: &TableRef) -> MomentFacts {
        let target = Sandbox::from_env().target(server, Account::Mysqler);
        MySqlServers::new().moment(&target, table).await.unwrap()
    }

    /// Looks again until `seen`, or fails with what was seen last.
    pub async fn moment_when(
        server: Server,
        table: &TableRef,
        seen: impl Fn(&MomentFacts) -> bool,
    ) -> MomentFacts {
        let begun = Instant::now();
        loop {
            let facts = moment(server, table).await;
            if seen(&facts) {
                return facts;
            }
            assert!(begun.elapsed() < DEADLINE, "never seen: {facts:?}");
            tokio::time::sleep(BETWEEN).await;
        }
    }
}

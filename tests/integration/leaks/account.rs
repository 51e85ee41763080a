//! A server account whose password is a canary: made for one test, gone with it.

use mysqler_tests::sandbox::{Account, Sandbox, Schema, Server, quoted};

use crate::canary::{Canary, random_word};

pub struct CanaryAccount {
    sandbox: Sandbox,
    pub user: String,
    pub password: Canary,
}

impl CanaryAccount {
    /// With the rights that a run needs, on one schema.
    pub async fn new(sandbox: &Sandbox, schema: &Schema) -> Self {
        let account = Self {
            sandbox: sandbox.clone(),
            user: format!("canary_{}", random_word(8)),
            password: Canary::new("the server's password"),
        };
        let mut root = sandbox.client(Server::Primary, Account::Root).await;
        let name = format!("'{}'@'%'", account.user);
        let literal = account
            .password
            .secret()
            .replace('\\', "\\\\")
            .replace('\'', "''");
        // The test's own statement is no place that the product writes to; the server keeps a hash of it.
        root.run(&format!("CREATE USER {name} IDENTIFIED BY '{literal}'"))
            .await;
        root.run(&format!(
            "GRANT PROCESS, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {name}"
        ))
        .await;
        root.run(&format!("GRANT SELECT ON performance_schema.* TO {name}"))
            .await;
        root.run(&format!("GRANT ALL ON {}.* TO {name}", quoted(schema.name())))
            .await;
        account
    }
}

impl Drop for CanaryAccount {
    fn drop(&mut self) {
        let (sandbox, user) = (self.sandbox.clone(), self.user.clone());
        // A runtime of its own: this one may be going down with a failed test.
        let work = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let mut root = sandbox.client(Server::Primary, Account::Root).await;
                root.run(&format!("DROP USER IF EXISTS '{user}'@'%'")).await;
            });
        });
        let _ = work.join();
    }
}

//! What every test does on its way: the first start, a connection, a change up to its start.

use std::time::Duration;

use mysqler_tests::sandbox::{Account, Server};
use thirtyfour::Key;

use crate::desk::{Desk, MASTER};
use crate::page::at;

/// A server that is asked on a busy machine takes its time.
pub const CHECK: Duration = Duration::from_secs(180);

/// What `data-state` says of the run whose page is open.
const STATE: &str = "document.querySelector(`#page-header [data-testid='run-state']`)?.dataset.state";

impl Desk {
    /// The first start with English and a master password, up to the first connection.
    pub async fn welcome(&self) {
        self.see(&at("welcome-look")).await;
        self.segment("welcome-language", 3).await;
        self.segment("welcome-theme", 2).await;
        self.until_true("document.documentElement.lang === 'en'").await;
        self.click(&at("welcome-next")).await;
        // There is no keyring here, so the master password is chosen already.
        self.until_true(
            "document.querySelector(`[data-testid='protection-password']`)?.ariaChecked === 'true'",
        )
        .await;
        self.fill("master-password", MASTER).await;
        self.fill("master-password-again", MASTER).await;
        self.click(&at("welcome-set-up")).await;
        self.see(&at("welcome-connection")).await;
    }

    pub async fn unlock(&self) {
        self.see(&at("lock-screen")).await;
        self.fill("lock-password", MASTER).await;
        self.key(Key::Enter).await;
        self.vanishes(&at("lock-screen")).await;
    }

    /// One choice of a row of choices, the first is 1.
    pub async fn segment(&self, id: &str, place: usize) {
        self.click(&format!("{} label:nth-of-type({place})", at(id)))
            .await;
    }

    /// A page, by its place in the rail.
    pub async fn go(&self, place: &str) {
        self.click(&format!("nav a[href='#/{place}'], nav a[href^='#/{place}/']"))
            .await;
        self.until_true(&format!("location.hash.startsWith('#/{place}')"))
            .await;
    }

    /// Fills the open form for the sandbox's primary and saves it after its test.
    pub async fn save_primary(&self, name: &str, environment: usize) {
        self.save_primary_as(name, environment, Account::Mysqler).await;
    }

    pub async fn save_primary_as(&self, name: &str, environment: usize, account: Account) {
        self.fill("field-name", name).await;
        self.segment("field-environment", environment).await;
        self.fill("field-host", self.sandbox.host(Server::Primary)).await;
        self.fill("field-port", &self.sandbox.port(Server::Primary).to_string())
            .await;
        self.fill("field-user", self.sandbox.user(account)).await;
        self.fill("field-password", self.sandbox.password(account)).await;
        self.click(&at("form-save")).await;
        self.see_within(&at("connection-detail"), CHECK).await;
    }

    /// Opens a new change on the connection that is shown, and chooses the table by typing.
    pub async fn choose_table(&self, database: &str, table: &str) {
        self.click(&at("connection-change")).await;
        self.pick("database", database).await;
        self.pick("table", table).await;
        self.see_within(&at("table-facts"), CHECK).await;
    }

    /// Opens a list, narrows it by typing, and takes the entry.
    pub async fn pick(&self, list: &str, key: &str) {
        self.until_true(&format!(
            "document.querySelector(`{}`)?.disabled === false",
            at(&format!("pick-{list}"))
        ))
        .await;
        self.click(&at(&format!("pick-{list}"))).await;
        self.focused(&format!("pick-{list}-search")).await;
        self.keys(key).await;
        let option = format!("[data-testid='pick-{list}-option'][data-key='{key}']");
        self.see_within(&option, CHECK).await;
        self.click(&option).await;
        self.says(&at(&format!("pick-{list}")), key).await;
    }

    /// Types the clause into the editor.
    pub async fn clause(&self, clause: &str) {
        self.click(&at("kind-alter")).await;
        self.click(&format!("{} .cm-content", at("clause-editor"))).await;
        self.ctrl('a').await;
        self.keys(clause).await;
        self.says(&format!("{} .cm-content", at("clause-editor")), clause)
            .await;
    }

    /// Sets a numeric option; the form of options is open.
    pub async fn option(&self, name: &str, value: &str) {
        self.click(&format!("{} input", at(&format!("option-{name}"))))
            .await;
        self.ctrl('a').await;
        self.keys(value).await;
        self.key(Key::Tab).await;
        self.until_true(&format!(
            "document.querySelector(`{} input`).value === '{value}'",
            at(&format!("option-{name}"))
        ))
        .await;
    }

    /// Small chunks, for a run that can be watched; and a machine under load is not waited for.
    pub async fn patient_options(&self, chunk: Option<u32>) {
        self.click(&at("options-toggle")).await;
        self.see(&at("options")).await;
        self.option("max_lag_s", "600").await;
        if let Some(rows) = chunk {
            self.option("chunk_size", &rows.to_string()).await;
            self.click(&format!("{} input", at("option-chunk_time_ms"))).await;
            self.ctrl('a').await;
            self.key(Key::Delete).await;
            self.key(Key::Tab).await;
        }
        self.click(&at("options-toggle")).await;
    }

    /// Lets the run wait for a person before its tables are swapped.
    pub async fn hold_cutover(&self) {
        self.click(&at("options-toggle")).await;
        self.click(&format!(
            ".el-switch:has({0}), {0}.el-switch, .hold .el-switch",
            at("hold-cutover")
        ))
        .await;
        self.until_true("document.querySelector(`.hold .el-switch.is-checked`)")
            .await;
        self.click(&at("options-toggle")).await;
    }

    /// Asks for the check, and sees the command that it came to.
    pub async fn check(&self) {
        self.checked().await;
        let command = self.text(&at("command")).await;
        assert!(command.contains("--alter"), "{command}");
        assert!(
            !command.contains(self.sandbox.password(Account::Mysqler)),
            "{command}"
        );
    }

    /// Asks for the check and waits for its findings.
    pub async fn checked(&self) {
        self.click(&at("check")).await;
        self.see_within(&at("findings"), CHECK).await;
        self.until("the check's end", CHECK, async || {
            self.sees(&format!("{}:not([disabled])", at("check")))
                .await
                .then_some(())
        })
        .await;
    }

    /// Starts what was checked, giving the confirmation that is asked for, and returns the run's id.
    pub async fn start(&self, table: &str) -> String {
        self.click(&at("run")).await;
        self.see(".el-dialog").await;
        self.until_true(
            "document.querySelector(`[data-testid='confirm-start'], [data-testid='confirm-input']`)",
        )
        .await;
        if self.sees(&at("confirm-input")).await {
            assert!(
                self.sees(&format!("{}[disabled]", at("confirm-action"))).await,
                "nothing was typed yet"
            );
            self.fill("confirm-input", table).await;
            self.picture("confirm").await;
            self.click(&at("confirm-action")).await;
        } else {
            self.click(&at("confirm-start")).await;
        }
        self.until("the run's page", CHECK, async || {
            let hash = self.js("return location.hash", vec![]).await;
            hash.as_str()?.strip_prefix("#/runs/").map(str::to_owned)
        })
        .await
    }

    pub async fn run_state(&self) -> String {
        let state = self.js(&format!("return {STATE} ?? 'none'"), vec![]).await;
        state.as_str().unwrap_or_default().to_owned()
    }

    /// Waits for a state of the run whose page is open; another end than the one waited for fails at once.
    #[track_caller]
    pub fn until_state<'a>(
        &'a self,
        wanted: &'static [&'static str],
        patience: Duration,
    ) -> impl Future<Output = String> + use<'a> {
        const ENDS: [&str; 6] = [
            "failed",
            "cancelled",
            "completed",
            "needs_review",
            "needs_cleanup",
            "unknown",
        ];
        self.until(&format!("one of {wanted:?}"), patience, async move || {
            let state = self.run_state().await;
            if wanted.contains(&state.as_str()) {
                return Some(state);
            }
            if ENDS.contains(&state.as_str()) {
                let log = self.text(&at("log")).await;
                panic!("the run is {state}, waited for {wanted:?}; its log:\n{log}");
            }
            None
        })
    }

    /// Rows that the open run's page says are copied.
    pub async fn rows(&self) -> u64 {
        let text = self.text(&at("run-rows")).await;
        let digits = text
            .chars()
            .take_while(|one| one.is_ascii_digit() || ",. ".contains(*one));
        digits
            .filter(char::is_ascii_digit)
            .collect::<String>()
            .parse()
            .unwrap_or(0)
    }

    #[track_caller]
    pub fn rows_beyond<'a>(&'a self, rows: u64, patience: Duration) -> impl Future<Output = u64> + use<'a> {
        self.until(&format!("more than {rows} rows"), patience, async move || {
            Some(self.rows().await).filter(|now| *now > rows)
        })
    }
}

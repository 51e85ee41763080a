//! The whole job through `mysqlerctl`: secrets by file and standard input, and then nowhere.

use mysqler_tests::sandbox::{Sandbox, Schema, Server};
use mysqler_tests::table;

use crate::account::CanaryAccount;
use crate::canary::Canary;
use crate::containers::{self, Places, Planted};
use crate::processes::{self, Watch};
use crate::program::{Desk, Running, Said};
use crate::{files, sessions};

/// A desk whose every secret is a canary.
struct World {
    desk: Desk,
    schema: Schema,
    account: CanaryAccount,
    table: String,
    master: Canary,
    passphrase: Canary,
    wrong: Canary,
    /// Everything that the program printed, by command.
    printed: Places,
}

impl World {
    async fn new(name: &str) -> Self {
        let sandbox = Sandbox::from_env();
        let schema = sandbox.fresh_schema(Server::Primary, name).await;
        let table = table::filled(&schema, "t", 20_000).await.to_string();
        let account = CanaryAccount::new(&sandbox, &schema).await;
        let desk = Desk::new();
        let master = Canary::new("the master password");
        let passphrase = Canary::new("the export's passphrase");
        let wrong = Canary::new("a wrong password");
        for (file, secret) in [
            ("master", &master),
            ("passphrase", &passphrase),
            ("wrong", &wrong),
        ] {
            std::fs::write(desk.path(file), secret.secret()).expect("a passphrase file");
        }
        Self {
            desk,
            schema,
            account,
            table,
            master,
            passphrase,
            wrong,
            printed: Places::new(),
        }
    }

    fn canaries(&self) -> [&Canary; 4] {
        [
            &self.account.password,
            &self.master,
            &self.passphrase,
            &self.wrong,
        ]
    }

    fn keep(&mut self, what: &str, said: Said) -> Said {
        let place = format!("{}: what `{what}` printed", self.printed.len());
        self.printed
            .insert(place, format!("{}\n{}", said.out, said.err).into_bytes());
        said
    }

    fn ctl(&mut self, arguments: &[&str]) -> Said {
        let said = self.desk.ctl(arguments);
        self.keep(&arguments.join(" "), said)
    }

    fn with_input(&mut self, arguments: &[&str], input: &str) -> Said {
        let said = self.desk.with_input(arguments, input);
        self.keep(&arguments.join(" "), said)
    }

    fn add(&self, name: &str) -> Vec<String> {
        let port = self.desk.sandbox.port(Server::Primary).to_string();
        let host = self.desk.sandbox.host(Server::Primary);
        let line = [
            "connection",
            "add",
            name,
            "--host",
            host,
            "--port",
            &port,
            "--user",
            &self.account.user,
            "--password-stdin",
            "--env",
            "dev",
        ];
        line.map(str::to_owned).into()
    }

    /// Through standard input, with the very password or another.
    fn connect(&mut self, name: &str, password: &str) -> Said {
        let line = self.add(name);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        self.with_input(&line, password)
    }

    /// A run that stands before its swap.
    fn hold(&mut self) -> (Running, String) {
        let table = self.table.clone();
        let mut run = self
            .desk
            .start(&["run", "Canary", "--table", &table, "--reclaim", "--hold-cutover"]);
        let line = run.says("runs cutover ");
        let id = line.rsplit(' ').next().expect("words").to_owned();
        (run, id)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_from_the_terminal_leaves_no_secret_anywhere() {
    let mut world = World::new("leaks_terminal").await;
    let data = world.desk.path("data");
    let seeded = Canary::new("planted in a process");
    let watched = world.canaries().into_iter().chain([&seeded]).cloned().collect();
    let since = containers::engine_now();
    let watch = Watch::start(watched);
    watch.sees_what_is_planted(&seeded);

    let password = world.account.password.secret().to_owned();
    world.connect("Canary", &password).done();
    world.ctl(&["connection", "test", "Canary"]).done();
    let table = world.table.clone();
    world
        .ctl(&["plan", "Canary", "--table", &table, "--reclaim"])
        .done();
    world
        .ctl(&["--json", "plan", "Canary", "--table", &table, "--reclaim"])
        .done();
    let (run, id) = world.hold();

    let shown = world.desk.json(&["runs", "show", &id]).done().object();
    let container = shown["view"]["job"]
        .as_str()
        .expect("a working run has a container")
        .to_owned();
    containers::holds_it_in_one_private_file(&container, &world.account.password);
    let places = containers::places(&container, &since);
    let planted_at = containers::engine_now();
    let planted = Canary::new("planted in a container");
    let twin = Planted::new(&planted);
    let twins = containers::places(&twin.id, &planted_at);
    assert!(
        places.keys().eq(twins.keys()),
        "both containers are searched in the same places"
    );
    planted.is_in_each_of(&twins);
    drop(twin);
    let everyone = Places::from([("ps".to_owned(), processes::listing())]);
    assert!(
        planted
            .found_in(&processes::listing_with_planted(&planted))
            .is_some(),
        "ps shows no planted canary"
    );
    for canary in world.canaries() {
        canary.is_in_none_of(&places);
        canary.is_in_none_of(&everyone);
    }
    let (desk, user) = (&world.desk, world.account.user.clone());
    sessions::show_none(&desk.sandbox, &user, &world.canaries()).await;
    files::hold_none(
        &data,
        &["mysqler.db", "mysqler.db-wal", "mysqler.db-shm"],
        &world.canaries(),
    )
    .await;

    world.ctl(&["runs", "show", &id]).done();
    world.ctl(&["--json", "runs", "show", &id]).done();
    world.ctl(&["--json", "runs", "pause", &id]);
    world.ctl(&["runs", "cutover", &id]).done();
    let said = run.end().done();
    world.keep("run", said);
    containers::is_gone(&container).await;

    let seen = watch.end();
    seen.looked_at(&[
        "mysqlerctl",
        "mysqler-entrypoint\0probe",
        "mysqler_probe.pl",
        "mysqler-entrypoint\0run",
        "pt-online-schema-change",
    ]);
    for canary in world.canaries() {
        seen.none_of(canary);
    }
    after_the_run(&mut world, &id);
    files::hold_none(&data, &["mysqler.db"], &world.canaries()).await;
    nothing_was_printed(&world);
    assert_eq!(
        table::remains(&mut world.schema.client().await, world.schema.name()).await,
        Vec::<String>::new()
    );
}

/// What a user looks at and takes away afterwards, in both forms.
fn after_the_run(world: &mut World, id: &str) {
    let clear = world.desk.path("clear.json").display().to_string();
    let sealed = world.desk.path("sealed.age").display().to_string();
    let passphrase = world.desk.path("passphrase").display().to_string();
    let table = world.table.clone();
    for line in [
        vec!["connection", "list"],
        vec!["connection", "show", "Canary"],
        vec!["history", "list"],
        vec!["runs", "list"],
        vec!["runs", "log", id],
        vec!["runs", "show", id],
        vec!["run", "Canary", "--table", &table, "--reclaim", "--dry-run"],
        vec!["connection", "export", &clear],
        vec!["databases", "Canary"],
    ] {
        let json: Vec<&str> = ["--json"].into_iter().chain(line.clone()).collect();
        world.ctl(&line).done();
        world.ctl(&json).done();
    }
    let export = [
        "connection",
        "export",
        &sealed,
        "--with-secrets",
        "--export-passphrase-file",
        &passphrase,
    ];
    world.ctl(&export).done();

    let mut taken = Places::new();
    for path in [clear, sealed] {
        let bytes = std::fs::read(&path).expect("the export was written");
        taken.insert(path, bytes);
    }
    let planted = Canary::new("planted in an export");
    let copies = taken
        .iter()
        .map(|(path, bytes)| (path.clone(), [bytes.clone(), planted.planted()].concat()))
        .collect::<Places>();
    planted.is_in_each_of(&copies);
    for canary in world.canaries() {
        canary.is_in_none_of(&taken);
    }
}

/// The search reads the output as it was captured, user name and all; the secrets are not in it.
fn nothing_was_printed(world: &World) {
    let planted = Canary::new("planted in output");
    let copies = world
        .printed
        .iter()
        .map(|(place, bytes)| (place.clone(), [bytes.clone(), planted.planted()].concat()));
    planted.is_in_each_of(&copies.collect::<Places>());
    let user = world.account.user.as_bytes();
    assert!(
        world
            .printed
            .values()
            .any(|bytes| bytes.windows(user.len()).any(|window| window == user))
    );
    for canary in world.canaries() {
        canary.is_in_none_of(&world.printed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_refusal_repeats_the_secret_that_was_refused() {
    let mut world = World::new("leaks_refusals").await;
    let password = world.account.password.secret().to_owned();
    world.connect("Canary", &password).done();
    let (table, wrong) = (world.table.clone(), world.wrong.secret().to_owned());
    let wrong_file = world.desk.path("wrong").display().to_string();
    let passphrase = world.desk.path("passphrase").display().to_string();
    let sealed = world.desk.path("sealed.age").display().to_string();
    world
        .ctl(&[
            "connection",
            "export",
            &sealed,
            "--with-secrets",
            "--export-passphrase-file",
            &passphrase,
        ])
        .done();

    for json in [false, true] {
        let form = |line: &[&str]| -> Vec<String> {
            json.then_some("--json")
                .into_iter()
                .chain(line.iter().copied())
                .map(str::to_owned)
                .collect()
        };
        // The server refuses the password.
        let add = world.add(if json { "Refused" } else { "Refused too" });
        let add: Vec<&str> = add.iter().map(String::as_str).collect();
        refused(&mut world, &form(&add), Some(&wrong));
        // The vault refuses it: the last `--passphrase-file` is the one that counts.
        let locked = ["connection", "test", "Canary"];
        let mut command = world.desk.bare_command();
        command
            .args(form(&locked))
            .arg("--passphrase-file")
            .arg(&wrong_file);
        let said = Running::start(command).end();
        assert_ne!(said.code, 0);
        world.keep("connection test with a wrong master password", said);
        // The export refuses it.
        refused(
            &mut world,
            &form(&[
                "connection",
                "import",
                &sealed,
                "--export-passphrase-file",
                &wrong_file,
            ]),
            None,
        );
        // A secret in the place of another word.
        refused(
            &mut world,
            &form(&["plan", "Nobody", "--table", &table, "--reclaim"]),
            Some(&wrong),
        );
    }
    files::hold_none(&world.desk.path("data"), &["mysqler.db"], &world.canaries()).await;
    nothing_was_printed(&world);
}

fn refused(world: &mut World, line: &[String], input: Option<&str>) {
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let said = world.with_input(&line, input.unwrap_or_default());
    assert_ne!(said.code, 0, "{line:?} was taken: {}", said.out);
}

/// The most talkative log that can be asked for, of every library as well.
#[tokio::test(flavor = "multi_thread")]
async fn the_most_detailed_log_holds_no_secret() {
    let mut world = World::new("leaks_log").await;
    let (table, password) = (world.table.clone(), world.account.password.secret().to_owned());
    let add = world.add("Canary");
    let lines = [
        (
            add.iter().map(String::as_str).collect::<Vec<_>>(),
            password.as_str(),
        ),
        (vec!["connection", "test", "Canary"], ""),
        (vec!["run", "Canary", "--table", &table, "--reclaim"], ""),
    ];
    for (line, input) in lines {
        let mut command = world.desk.command(&line);
        command
            .env("MYSQLER_LOG", "trace")
            .stdin(std::process::Stdio::piped());
        let mut running = Running::start(command);
        let mut stdin = running.child.stdin.take().expect("standard input is piped");
        std::io::Write::write_all(&mut stdin, input.as_bytes()).expect("the program reads its input");
        drop(stdin);
        let said = running.end().done();
        let place = format!("what `{}` printed", line.join(" "));
        world
            .printed
            .insert(place, format!("{}\n{}", said.out, said.err).into_bytes());
    }
    let data = world.desk.path("data");
    let logs = files::joined(&data.join("logs"));
    assert!(
        String::from_utf8_lossy(&logs).contains("\"TRACE\""),
        "the log was not that detailed"
    );
    files::hold_none(&data, &["mysqler.db", "logs"], &world.canaries()).await;
    nothing_was_printed(&world);
}

//! Reading the folders; whatever one lacks is said, never passed over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use mysqler_contract::{ChangeOptions, EngineChoice, Flavour, ServerVersion};
use mysqler_tests::desk::patient_options;
use serde::Deserialize;
use toml::{Table, Value};

use super::expectation::Expectation;

/// Of a schema's 64 characters the rest is the prefix's.
const LONGEST_NAME: usize = 44;
const FAMILIES: [&str; 2] = ["mysql", "mariadb"];

pub struct Scenario {
    pub name: String,
    pub clause: String,
    pub schema: String,
    pub data: String,
    pub options: ChangeOptions,
    pub engine: EngineChoice,
    /// Family of servers to the first version that the folder is for.
    servers: BTreeMap<String, ServerVersion>,
    /// `expect.toml` for each of these families.
    expectations: BTreeMap<String, Expectation>,
}

impl Scenario {
    /// What is expected on such a server; `None` when the folder is not for it.
    pub fn expectation(&self, flavour: Flavour, version: ServerVersion) -> Option<&Expectation> {
        let family = family(flavour);
        let since = self.servers.get(family)?;
        self.expectations.get(family).filter(|_| version >= *since)
    }

    /// As both servers expect, for what is asked of the folders as a whole.
    pub fn expectations(&self) -> impl Iterator<Item = &Expectation> {
        self.expectations.values()
    }
}

fn family(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::MariaDb => "mariadb",
        _ => "mysql",
    }
}

/// Every folder, by name; a folder that cannot be read is its reason.
pub fn all() -> Vec<(String, Result<Scenario, String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = std::fs::read_dir(&root).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    let paths: BTreeSet<PathBuf> = entries
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.is_dir())
        .collect();
    let name = |path: &Path| {
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    paths
        .iter()
        .map(|path| (name(path), read(&name(path), path)))
        .collect()
}

fn read(name: &str, path: &Path) -> Result<Scenario, String> {
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !plain || name.len() > LONGEST_NAME {
        return Err(format!(
            "a name of a-z, 0-9 and _ with at most {LONGEST_NAME} characters"
        ));
    }
    let text =
        |file: &str| std::fs::read_to_string(path.join(file)).map_err(|error| format!("{file}: {error}"));
    let (mut options, engine) = (patient_options(), EngineChoice::Auto);
    let mut engine = engine;
    if path.join("options.toml").exists() {
        let mut given: Table = parsed("options.toml", &text("options.toml")?)?;
        if let Some(chosen) = given.remove("engine") {
            engine = chosen
                .try_into()
                .map_err(|error| format!("options.toml: engine: {error}"))?;
        }
        options = with(&options, given)?;
    }
    let mut expect: Table = parsed("expect.toml", &text("expect.toml")?)?;
    let servers = servers(expect.remove("servers"))?;
    let overrides: BTreeMap<&str, Table> = FAMILIES
        .into_iter()
        .filter_map(|family| match expect.remove(family) {
            Some(Value::Table(table)) => Some((family, table)),
            _ => None,
        })
        .collect();
    let expectations = servers
        .keys()
        .map(|family| {
            let mut own = expect.clone();
            if let Some(table) = overrides.get(family.as_str()) {
                overlay(&mut own, table);
            }
            let expectation = Expectation::deserialize(Value::Table(own))
                .map_err(|error| format!("expect.toml for {family}: {error}"))?;
            complete(&expectation)?;
            Ok((family.clone(), expectation))
        })
        .collect::<Result<_, String>>()?;
    Ok(Scenario {
        name: name.to_owned(),
        // An editor ends the file with a line break; the clause itself has none there.
        clause: {
            let all = text("clause")?;
            all.strip_suffix('\n').unwrap_or(&all).to_owned()
        },
        schema: text("schema.sql")?,
        data: text("data.sql")?,
        options,
        engine,
        servers,
        expectations,
    })
}

fn parsed(file: &str, text: &str) -> Result<Table, String> {
    text.parse().map_err(|error| format!("{file}: {error}"))
}

fn complete(expectation: &Expectation) -> Result<(), String> {
    let missing = |what: &str| Err(format!("expect.toml: {what}"));
    if expectation.why.trim().is_empty() || expectation.why.contains('\n') {
        return missing("`why` is one line");
    }
    match (&expectation.without_guard, &expectation.with_guard) {
        (None, None) => {
            missing("neither [without_guard] nor [with_guard]: nothing would show that the plan is right")
        }
        (_, Some(_)) if expectation.plan.blocked => missing("what is blocked cannot run: no [with_guard]"),
        _ => Ok(()),
    }
}

/// `["mysql", "mariadb 10.2"]`; both when nothing is said.
fn servers(value: Option<Value>) -> Result<BTreeMap<String, ServerVersion>, String> {
    let names: Vec<String> = match value {
        None => FAMILIES.map(str::to_owned).to_vec(),
        Some(value) => value
            .try_into()
            .map_err(|error| format!("expect.toml: servers: {error}"))?,
    };
    let entries = names.iter().map(|name| {
        let (family, since) = name.split_once(' ').unwrap_or((name, "0"));
        let mut parts = since.split('.').map(str::parse::<u16>);
        let mut part = || {
            parts
                .next()
                .unwrap_or(Ok(0))
                .map_err(|_| format!("servers: {name}"))
        };
        let version = ServerVersion {
            major: part()?,
            minor: part()?,
            patch: part()?,
        };
        match FAMILIES.contains(&family) {
            true => Ok((family.to_owned(), version)),
            false => Err(format!("servers: {name}: mysql or mariadb")),
        }
    });
    let servers: BTreeMap<String, ServerVersion> = entries.collect::<Result<_, String>>()?;
    if servers.is_empty() {
        return Err("servers: none".to_owned());
    }
    Ok(servers)
}

/// Tables are merged, everything else is replaced.
fn overlay(under: &mut Table, over: &Table) {
    for (name, value) in over {
        match (under.get_mut(name), value) {
            (Some(Value::Table(under)), Value::Table(over)) => overlay(under, over),
            _ => {
                under.insert(name.clone(), value.clone());
            }
        }
    }
}

/// `options` with the given fields in place of its own; a field that there is not is an error.
fn with(options: &ChangeOptions, given: Table) -> Result<ChangeOptions, String> {
    let mut all = serde_json::to_value(options).map_err(|error| error.to_string())?;
    for (name, value) in given {
        let value = serde_json::to_value(value).map_err(|error| error.to_string())?;
        let place = all
            .get_mut(&name)
            .ok_or(format!("options.toml: there is no {name}"))?;
        *place = value;
    }
    serde_json::from_value(all).map_err(|error| format!("options.toml: {error}"))
}

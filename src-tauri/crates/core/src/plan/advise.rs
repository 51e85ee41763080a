//! Asking the server for the cheapest safe way, and choosing the engine by its answer.

use mysqler_contract::{
    Advice, Algorithm, ChangeRequest, Difference, Engine, EngineChoice, Finding, Offer, Params,
    PrepareVerdict, Severity,
};

use crate::Core;
use crate::advice::{Asked, Subject, attempts, judge, log_right, obstacle, question, row_version_limit};
use crate::ports::{CloneOutcome, Target};

impl Core {
    /// What the server would make of the clause. Nothing is tried that the server's own PREPARE did not accept.
    pub(super) async fn advise(
        &self,
        target: &Target,
        subject: &Subject<'_>,
        prepare: Option<&PrepareVerdict>,
        sql_mode: Option<&str>,
    ) -> Advice {
        let servers = &self.ports.servers;
        let table = &subject.table.table;
        let full = match row_version_limit(subject) {
            Some(limit) => {
                let versions = servers.row_versions(target, table).await.unwrap_or_default();
                versions.filter(|versions| *versions >= limit)
            }
            None => None,
        };
        let not = |why: &str, message: &str| judge(subject, Asked::Not { why, message }, full);
        if !matches!(prepare, Some(PrepareVerdict::Accepted)) {
            return not("clause", "");
        }
        if let Some(why) = obstacle(subject) {
            return not(why, log_right(subject));
        }
        let attempts = attempts(subject, full.is_none());
        let id = uuid::Uuid::new_v4().simple().to_string();
        let question = question(subject, &attempts, &id[..8], sql_mode);
        match servers.try_on_clone(target, &question).await {
            Ok(CloneOutcome::Tried(answer)) => {
                let asked = Asked::Clone {
                    question: &question,
                    attempts: &attempts,
                    answer: &answer,
                };
                judge(subject, asked, full)
            }
            Ok(CloneOutcome::NotTried { why, message }) => not(why, &message),
            Err(error) => not("clone_failed", &error.to_string()),
        }
    }
}

/// The engine that is asked for, or the one that the advice speaks for: the server's own ALTER where it was seen to be
/// instant, and for a new unique key, which a copy through triggers can only make blind.
pub(super) fn choose(request: &ChangeRequest, subject: &Subject<'_>, advice: &Advice) -> Engine {
    match request.engine {
        EngineChoice::PtOsc => Engine::PtOsc,
        EngineChoice::Direct => Engine::Direct,
        EngineChoice::Auto => {
            let instant = advice.verified && advice.algorithm == Some(Algorithm::Instant);
            let in_place = matches!(advice.algorithm, Some(Algorithm::NoCopy | Algorithm::Inplace));
            let unique = subject
                .clause
                .added_indexes()
                .any(|(_, index)| index.kind.is_unique() && index.name() != Some("PRIMARY"));
            match instant || (unique && in_place && !advice.blocks_writers) {
                true => Engine::Direct,
                false => Engine::PtOsc,
            }
        }
    }
}

/// Both ways with their prices, the recommended one first. Each is closed by what blocks it.
pub(super) fn offers(
    engine: Engine,
    subject: &Subject<'_>,
    advice: &Advice,
    direct: &[Finding],
    ptosc: &[Finding],
) -> Vec<Offer> {
    let mut offers = vec![by_copy(subject, ptosc)];
    if let Some(algorithm) = advice.algorithm {
        offers.push(by_server(subject, advice, algorithm, direct));
    }
    offers.sort_by_key(|offer| offer.engine != engine);
    offers
}

fn by_server(subject: &Subject<'_>, advice: &Advice, algorithm: Algorithm, findings: &[Finding]) -> Offer {
    let mut notes = Vec::new();
    let replicas = subject.server.replicas.len();
    match algorithm {
        Algorithm::Instant => notes.push(note("price_instant", [])),
        _ if advice.blocks_writers => notes.push(note("price_blocks_writers", [])),
        _ => {
            notes.push(note("price_unthrottled", []));
            let limit = subject
                .variable("innodb_online_alter_log_max_size")
                .unwrap_or("-");
            notes.push(note("price_online_log", [("bytes", limit.to_owned())]));
        }
    }
    if algorithm != Algorithm::Instant && replicas > 0 {
        notes.push(note("price_replicas_wait", [("replicas", replicas.to_string())]));
    }
    offer(
        Engine::Direct,
        Some(algorithm),
        advice.blocks_writers,
        notes,
        findings,
    )
}

fn by_copy(subject: &Subject<'_>, findings: &[Finding]) -> Offer {
    let summary = &subject.table.summary;
    let megabytes = (summary.data_bytes + summary.index_bytes) / (1024 * 1024);
    let notes = vec![
        note("price_copies_all", [("megabytes", megabytes.to_string())]),
        note("price_throttled", []),
    ];
    offer(Engine::PtOsc, None, false, notes, findings)
}

fn offer(
    engine: Engine,
    algorithm: Option<Algorithm>,
    blocks_writers: bool,
    mut notes: Vec<Difference>,
    findings: &[Finding],
) -> Offer {
    let mut codes: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Block)
        .map(|finding| finding.code.as_str())
        .collect();
    codes.dedup();
    if !codes.is_empty() {
        notes.push(note("closed_by", [("codes", codes.join(", "))]));
    }
    Offer {
        engine,
        algorithm,
        blocks_writers,
        open: codes.is_empty(),
        notes,
    }
}

fn note<const N: usize>(what: &str, params: [(&str, String); N]) -> Difference {
    Difference {
        what: what.to_owned(),
        params: Params::from(params.map(|(name, value)| (name.to_owned(), value))),
    }
}

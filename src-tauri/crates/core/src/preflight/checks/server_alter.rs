//! What the server's own ALTER costs, and where it is the cheaper way. Scope: clause and server. `block` without an
//! algorithm that can be asserted; `danger` where writers would wait through all of it; `warn` for work that no one can
//! slow down or pause. Under pt-osc a way of the server's own is `info`.

use mysqler_contract::{Advice, Algorithm, Engine, EngineChoice, Finding, Fix, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &[
    "DIRECT_IMPOSSIBLE",
    "DIRECT_BLOCKS_WRITERS",
    "DIRECT_UNTHROTTLED",
    "DIRECT_NOT_VERIFIED",
    "DIRECT_IS_OPEN",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    match context.input.engine {
        Engine::PtOsc => cheaper(context).into_iter().collect(),
        Engine::Direct => price(context),
    }
}

fn price(context: &Context<'_>) -> Vec<Finding> {
    let Some(algorithm) = context.input.algorithm else {
        let instead = Fix::ChooseEngine {
            engine: EngineChoice::PtOsc,
        };
        return vec![Finding::new("DIRECT_IMPOSSIBLE", Severity::Block).fix(instead)];
    };
    let mut found = Vec::new();
    let waits =
        algorithm == Algorithm::Copy || context.input.advice.is_some_and(|advice| advice.blocks_writers);
    let named = |code, severity| {
        Finding::new(code, severity)
            .with("algorithm", algorithm.keyword())
            .with("table", context.table_name())
    };
    match algorithm {
        _ if waits => found.push(named("DIRECT_BLOCKS_WRITERS", Severity::Danger)),
        Algorithm::NoCopy | Algorithm::Inplace => found.push(named("DIRECT_UNTHROTTLED", Severity::Warn)),
        Algorithm::Instant | Algorithm::Copy => {}
    }
    if !context.input.advice.is_some_and(|advice| advice.verified) {
        found.push(named("DIRECT_NOT_VERIFIED", Severity::Info).not_proven());
    }
    found
}

/// Told only where it is worth a look: at once, or without holding writers up.
fn cheaper(context: &Context<'_>) -> Option<Finding> {
    let advice: &Advice = context.input.advice?;
    let algorithm = advice.algorithm.filter(|_| !advice.blocks_writers)?;
    let open = advice
        .offers
        .iter()
        .any(|offer| offer.engine == Engine::Direct && offer.open);
    open.then(|| {
        Finding::new("DIRECT_IS_OPEN", Severity::Info)
            .with("algorithm", algorithm.keyword())
            .fix(Fix::ChooseEngine {
                engine: EngineChoice::Direct,
            })
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{World, advice};
    use super::*;
    use mysqler_contract::Offer;

    fn by_server(algorithm: Algorithm) -> World {
        let mut world = World::calm().by_server(algorithm);
        world.advice = Some(advice(Some(algorithm)));
        world
    }

    #[test]
    fn each_algorithm_has_its_price_and_instant_has_none() {
        assert_eq!(by_server(Algorithm::Instant).codes(), Vec::<String>::new());
        assert_eq!(by_server(Algorithm::NoCopy).codes(), ["DIRECT_UNTHROTTLED"]);
        assert_eq!(by_server(Algorithm::Inplace).codes(), ["DIRECT_UNTHROTTLED"]);
        assert_eq!(by_server(Algorithm::Copy).codes(), ["DIRECT_BLOCKS_WRITERS"]);
        let mut locked = by_server(Algorithm::Inplace);
        if let Some(advice) = &mut locked.advice {
            advice.blocks_writers = true;
        }
        assert_eq!(locked.codes(), ["DIRECT_BLOCKS_WRITERS"]);
    }

    #[test]
    fn an_answer_of_the_rules_is_not_proven() {
        let world = World::calm().by_server(Algorithm::Instant);
        assert_eq!(world.codes(), ["DIRECT_NOT_VERIFIED"]);
        assert!(!world.findings()[0].proven);
    }

    #[test]
    fn without_an_algorithm_to_assert_there_is_no_such_way() {
        let mut none = by_server(Algorithm::Instant);
        none.algorithm = None;
        assert_eq!(none.codes(), ["DIRECT_IMPOSSIBLE"]);
    }

    #[test]
    fn beside_a_copy_an_open_way_of_the_server_is_told_and_a_closed_one_is_not() {
        let mut world = by_server(Algorithm::Inplace);
        world.engine = Engine::PtOsc;
        assert_eq!(world.codes(), Vec::<String>::new(), "no offer");
        if let Some(advice) = &mut world.advice {
            advice.offers.push(Offer {
                engine: Engine::Direct,
                algorithm: Some(Algorithm::Inplace),
                blocks_writers: false,
                open: true,
                notes: Vec::new(),
            });
        }
        assert_eq!(world.codes(), ["DIRECT_IS_OPEN"]);
    }
}

pub fn parse(text: &str) -> Option<(mysqler_contract::PastedConnection, Option<mysqler_contract::Secret>)> { let _ = text; None }

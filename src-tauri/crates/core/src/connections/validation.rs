pub fn problems(draft: &mysqler_contract::ConnectionDraft, taken: &[(mysqler_contract::ConnectionId, String)]) -> Vec<mysqler_contract::FieldProblem> { let _ = (draft, taken); Vec::new() }

// Stands in until the file generated from the contract takes its place.
export const commands = {}
export const events = {}

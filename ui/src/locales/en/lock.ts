export default {
  title: 'The vault is locked',
  what: 'Runs go on. Passwords cannot be used until the vault is unlocked.',
}

export default {
  title: 'Settings',
  empty: {
    what: 'Appearance, vault, Docker and storage.',
    action: 'Show connections',
  },
}

export default {
  title: 'Connections',
  empty: {
    what: 'A connection says how to reach a MySQL server. Its password stays encrypted on this computer.',
    action: 'Add a connection',
  },
}

export default {
  title: 'New change',
  empty: {
    what: 'A change rebuilds a table or alters its structure while applications keep using it.',
    action: 'Choose a connection',
  },
}

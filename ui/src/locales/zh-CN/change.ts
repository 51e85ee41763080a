export default {
  title: '新建变更',
  empty: {
    what: '变更会在应用持续使用期间重建表或修改表结构。',
    action: '选择连接',
  },
}

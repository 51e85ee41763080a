export default {
  title: '连接',
  empty: {
    what: '连接说明如何访问一台 MySQL 服务器，密码加密保存在本机。',
    action: '添加连接',
  },
}

export default {
  title: '设置',
  empty: {
    what: '外观、密码库、Docker 与存储。',
    action: '查看连接',
  },
}

export default {
  title: '欢迎',
  empty: {
    what: '选择语言和密码保护方式，然后添加第一个连接。',
    action: '继续',
  },
}

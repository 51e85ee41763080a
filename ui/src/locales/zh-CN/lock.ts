export default {
  title: '密码库已锁定',
  what: '正在进行的运行不受影响。解锁之前无法使用已保存的密码。',
}

export default {
  title: '历史',
  empty: {
    what: '每次运行的计划、命令、日志和结果都保存在这里。',
    action: '规划变更',
  },
}

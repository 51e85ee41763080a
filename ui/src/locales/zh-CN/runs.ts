export default {
  title: '运行',
  empty: {
    what: '正在运行、等待或暂停的变更会实时显示在这里。',
    action: '规划变更',
  },
}

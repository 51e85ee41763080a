export default {
  action: {
    copy: '复制',
    copied: '已复制',
    cancel: '取消',
    close: '关闭',
    retry: '重试',
    copyDetails: '复制详情',
    showDetails: '显示详情',
    hideDetails: '隐藏详情',
    clear: '清除',
  },
  env: {
    production: '生产',
    test: '测试',
    development: '开发',
  },
  error: {
    label: '错误',
    code: '代码',
    copyFailed: '剪贴板拒绝了该文本',
  },
  loading: '加载中',
  search: {
    placeholder: '搜索',
  },
  confirm: {
    typeToConfirm: '输入 {text} 以确认',
    matches: '文本一致',
    mismatch: '文本与 {text} 尚不一致',
  },
  form: {
    optional: '选填',
  },
  split: {
    resize: '调整面板大小',
  },
  palette: {
    label: '命令面板',
    placeholder: '输入操作、连接、表或运行',
    empty: '没有与“{query}”匹配的项',
    select: '选择',
    open: '打开',
    close: '关闭',
  },
  time: {
    never: '从未',
    now: '刚刚',
  },
  unit: {
    ms: '{value} 毫秒',
    s: '{value} 秒',
    min: '{value} 分',
    h: '{value} 小时',
    d: '{value} 天',
    rows: '{value} 行',
    rowsPerSecond: '{value} 行/秒',
    bytesPerSecond: '{value}/秒',
  },
}

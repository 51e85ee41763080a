/** One short line at the window's foot, for what just happened; errors that need an action belong into an ErrorPanel. */
import { ElMessage } from 'element-plus'

const show = (type: 'success' | 'warning' | 'error' | 'info', message: string, duration: number) =>
  ElMessage({ type, message, duration, placement: 'bottom', grouping: true, showClose: type === 'error' })

export const toast = {
  ok: (message: string) => show('success', message, 2500),
  info: (message: string) => show('info', message, 3000),
  warn: (message: string) => show('warning', message, 5000),
  error: (message: string) => show('error', message, 8000),
}

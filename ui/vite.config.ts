// Builds the window's bundle: relative base so that it loads from Tauri's own scheme and from `vite preview` alike.
import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self' ipc: http://ipc.localhost",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export default defineConfig(({ mode }) => ({
  base: './',
  clearScreen: false,
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
    __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
    // Messages are compiled by the just-in-time compiler to an AST: `new Function` is forbidden by the CSP.
    __INTLIFY_JIT_COMPILATION__: 'true',
    // Answers for a plain browser exist only when asked for; a production bundle drops the branch and the module.
    __FAKE__: JSON.stringify(process.env.VITE_FAKE === '1' || mode === 'test'),
  },
  resolve: {
    alias: {
      '@': at('./src'),
      '@catalogue': at('../src-tauri/crates/contract/locales'),
    },
  },
  server: { port: 5173, strictPort: true, host: '127.0.0.1', fs: { allow: [at('..')] } },
  // The same policy as the window's, so that a page looked at in a browser is refused what the window refuses.
  preview: { headers: { 'Content-Security-Policy': contentSecurityPolicy } },
  build: {
    target: ['es2022', 'safari16'],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    sourcemap: false,
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    setupFiles: [at('./src/test-setup.ts')],
    server: { deps: { inline: ['element-plus'] } },
  },
}))

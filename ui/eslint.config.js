// Lint rules of the window; the import boundaries are the architecture: ipc alone meets Tauri, shared knows no domain.
import js from '@eslint/js'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import ts from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'

const tauri = {
  group: ['@tauri-apps/*'],
  message: 'Only src/ipc may meet Tauri: call the commands that @/ipc exports.',
}
const fake = {
  group: ['@/ipc/fake', '**/ipc/fake'],
  message: 'Fakes are for tests, their fixtures, *.fake.ts and main.ts: they must never reach a production bundle.',
}
const features = {
  group: ['@/features/*', '@/features/**', '**/features/**', '@/app/**', '**/app/**'],
  message: 'shared/ knows no domain: pass data in by props, hand intent out by events.',
}
const restrict = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] })

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', 'src/ipc/bindings.ts'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['src/**/*.{ts,vue}'],
    languageOptions: {
      parser: vueParser,
      parserOptions: { parser: ts.parser, sourceType: 'module' },
      globals: { ...globals.browser, __FAKE__: 'readonly' },
    },
    rules: {
      ...restrict(tauri, fake),
      'no-undef': 'off',
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-macros-order': 'error',
      'vue/no-v-html': 'error',
      'vue/no-bare-strings-in-template': [
        'error',
        {
          allowlist: [
            '(', ')', ',', '.', '&', '+', '-', '=', '*', '/', '#', '%', '!', '?', ':', '[', ']', '{', '}', '<', '>',
            '·', '•', '—', '–', '−', '|', '…', '→', '×', '~', '`', '$',
          ],
        },
      ],
      // Layout of markup is the writer's: the rules below fight long attribute lists that read well on one line.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      'vue/attributes-order': 'off',
    },
  },
  { files: ['src/shared/**/*.{ts,vue}'], rules: restrict(tauri, fake, features) },
  { files: ['src/main.ts', 'src/**/*.fake.ts', 'src/**/*.fixture.ts', 'src/**/*.test.ts'], rules: restrict(tauri) },
  { files: ['src/app/gallery/**'], rules: { 'vue/no-bare-strings-in-template': 'off' } },
  { files: ['src/ipc/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['*.config.{js,ts}'], languageOptions: { globals: globals.node } },
)

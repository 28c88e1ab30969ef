import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import typescript from 'typescript-eslint';

export default typescript.config(
  { ignores: ['lib', 'node_modules', 'style/index.js', '*.config.js', '*.config.ts'] },
  js.configs.recommended,
  ...typescript.configs.strictTypeChecked,
  {
    plugins: { 'react-hooks': hooks },
    languageOptions: {
      parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname }
    },
    rules: {
      ...hooks.configs.recommended.rules,
      eqeqeq: 'error',
      // The console is not ours: a text of a user could stand in it.
      'no-console': 'error',
      // Numbers in a text are no mistake.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => void dispose()` says that nobody waits.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off'
    }
  }
);

// SPDX-License-Identifier: Apache-2.0
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The server replaces the nonce placeholder in index.html on each request.
export default defineConfig({
  base: '/admin/',
  html: { cspNonce: '__CSP_NONCE__' },
  plugins: [react(), { ...optimizeLocales.vite({ locales: ['en-US', 'en-GB'] }), enforce: 'pre' }],
  server: { fs: { allow: ['..'] }, proxy: { '/api': 'http://127.0.0.1:4180' } },
  build: {
    target: 'es2022',
    manifest: true,
    modulePreload: { polyfill: false },
    // Small fonts or images inlined as data: addresses would break the content security policy.
    assetsInlineLimit: 0,
  },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'] },
});

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const OUTPUT = '../dist/web';

export default defineConfig({
  plugins: [react(), compressed()],
  // Of the built page: the console replaces it in each response.
  html: { cspNonce: '__NONCE__' },
  build: { outDir: OUTPUT, emptyOutDir: true, manifest: true, target: 'es2022', chunkSizeWarningLimit: 1_000 },
});

/** Beside each asset, as browsers accept it: compressed once, not for each request. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    closeBundle() {
      const assets = join(import.meta.dirname, OUTPUT, 'assets');
      for (const name of readdirSync(assets).filter((each) => /\.(js|css|svg)$/.test(each))) {
        const content = readFileSync(join(assets, name));
        writeFileSync(join(assets, `${name}.br`), brotliCompressSync(content));
        writeFileSync(join(assets, `${name}.gz`), gzipSync(content, { level: 9 }));
      }
    },
  };
}

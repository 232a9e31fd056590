// SPDX-License-Identifier: Apache-2.0
// Writes src/api/schema.gen.ts from docs/openapi.json; with --check, only says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import openapi, { astToString } from 'openapi-typescript';

const document = new URL('../../docs/openapi.json', import.meta.url);
const target = new URL('../src/api/schema.gen.ts', import.meta.url);

const types = astToString(await openapi(document));
const wanted = `// SPDX-License-Identifier: Apache-2.0\n// Generated from docs/openapi.json by scripts/generate-client.mjs. Do not edit.\n${types}`;

const current = read(target);
if (current === wanted) {
  process.exit(0);
}
if (process.argv.includes('--check')) {
  console.error('src/api/schema.gen.ts is out of date: run npm run generate');
  process.exit(1);
}
writeFileSync(target, wanted);
console.log('wrote src/api/schema.gen.ts');

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

// SPDX-License-Identifier: Apache-2.0
// Compresses what the server will serve, and fails when the first route is too heavy or anything points off this host.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const FIRST_ROUTE_BUDGET = 200_000;
const FIRST_ROUTE = 'src/pages/people/PeoplePage.tsx';
// Names, not addresses: XML namespaces, what React's error texts refer to, the router's base for parsing a path.
const HARMLESS = [
  /^https?:\/\/www\.w3\.org\//,
  /^https:\/\/react\.dev\/(errors|link)\//,
  /^http:\/\/localhost$/,
];

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const problems = [];

for (const file of filesUnder(dist)) {
  if (!/\.(js|css|svg|html)$/.test(file)) continue;
  const content = readFileSync(file);
  for (const [address] of content.toString('utf8').matchAll(/https?:\/\/[^\s"'`)\\]+/g)) {
    if (!HARMLESS.some((pattern) => pattern.test(address))) problems.push(`${file} refers to ${address}`);
  }
  if (file.endsWith('.html')) continue;
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  writeFileSync(
    `${file}.br`,
    brotliCompressSync(content, {
      params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
    }),
  );
}

const scripts = new Set();
collect('index.html');
collect(FIRST_ROUTE);
const weight = [...scripts].reduce((sum, file) => sum + readFileSync(join(dist, `${file}.gz`)).length, 0);
console.log(
  `first route: ${(weight / 1000).toFixed(1)} kB of script, gzipped (budget ${FIRST_ROUTE_BUDGET / 1000} kB)`,
);
if (weight > FIRST_ROUTE_BUDGET) problems.push(`the first route weighs ${weight} bytes`);

for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);

function collect(key) {
  const chunk = manifest[key];
  if (!chunk) {
    problems.push(`${key} is not in the build's manifest`);
    return;
  }
  if (scripts.has(chunk.file)) return;
  scripts.add(chunk.file);
  for (const imported of chunk.imports ?? []) collect(imported);
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

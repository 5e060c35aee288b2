// Looks for dead links in the site that typedoc has built: every page and every anchor that a page leads to is there.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const site = process.argv[2] ?? 'docs/api';
const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
const anchors = new Map();
/** Ids of a page, read once. */
const anchorsOf = (file) => {
  if (!anchors.has(file))
    anchors.set(file, new Set([...readFileSync(file, 'utf8').matchAll(/\s(?:id|name)="([^"]*)"/g)].map((found) => found[1])));
  return anchors.get(file);
};
const plain = (text) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");

/** Why a link of a page is dead, or nothing. */
function fault(page, target) {
  const [path = '', anchor = ''] = target.split('#');
  const file = path === '' ? page : join(dirname(page), decodeURIComponent(path.split('?')[0]));
  if (!existsSync(file)) return 'leads nowhere';
  // typedoc leads to places of its own list of hierarchies that are not there: types that narrow others are left out of it.
  if (anchor === '' || file.endsWith('hierarchy.html') || !file.endsWith('.html') || statSync(file).isDirectory())
    return undefined;
  return anchorsOf(file).has(decodeURIComponent(anchor)) ? undefined : 'has no such place';
}

const dead = new Set();
let count = 0;
for (const name of pages) {
  const page = join(site, name);
  for (const [, href] of readFileSync(page, 'utf8').matchAll(/<(?:a|link|img|script)\s[^>]*?(?:href|src)="([^"]*)"/g)) {
    const target = plain(href);
    if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) continue;
    count++;
    const why = fault(page, target);
    if (why) dead.add(`${relative(site, page)}: ${target} ${why}`);
  }
}
for (const line of dead) console.error(line);
console.log(`${pages.length} pages, ${count} links, ${dead.size} dead`);
process.exitCode = dead.size > 0 || count === 0 ? 1 : 0;
